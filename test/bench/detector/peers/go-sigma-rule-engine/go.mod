module bench

go 1.24

require (
	github.com/markuskont/go-sigma-rule-engine v0.3.0
	gopkg.in/yaml.v2 v2.4.0
)
