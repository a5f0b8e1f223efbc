module bench

go 1.24

require github.com/bradleyjkemp/sigma-go v0.6.6
