// Matches flat events with Sigma rules by github.com/markuskont/go-sigma-rule-engine.
// Arguments: rules.jsonl, events.jsonl, number of rules, number of events.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	sigma "github.com/markuskont/go-sigma-rule-engine"
	"gopkg.in/yaml.v2"
)

func cpuSeconds() float64 {
	var r syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	micros := (r.Utime.Sec+r.Stime.Sec)*1e6 + r.Utime.Usec + r.Stime.Usec
	return float64(micros) / 1e6
}

// The high-water mark of this program alone; that of getrusage is of its parent, too.
func peakMiB() int {
	status, _ := os.ReadFile("/proc/self/status")
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kib, _ := strconv.Atoi(strings.Fields(rest)[0])
	return kib / 1024
}

func lines(path string, most string) [][]byte {
	limit, _ := strconv.Atoi(most)
	file, err := os.Open(path)
	if err != nil {
		panic(err)
	}
	defer file.Close()
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, 1<<22)
	var found [][]byte
	for scanner.Scan() && len(found) < limit {
		found = append(found, append([]byte{}, scanner.Bytes()...))
	}
	return found
}

type event map[string]interface{}

// Keywords are looked for in every text of the event.
func (e event) Keywords() ([]string, bool) {
	var texts []string
	for _, value := range e {
		if text, ok := value.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts, true
}

func (e event) Select(key string) (interface{}, bool) {
	value, ok := e[key]
	return value, ok
}

func tree(line []byte) (found *sigma.Tree, err error) {
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("%v", problem)
		}
	}()
	var rule sigma.Rule
	if err := yaml.Unmarshal(line, &rule); err != nil {
		return nil, err
	}
	return sigma.NewTree(sigma.RuleHandle{Rule: rule})
}

func main() {
	var events []event
	for _, line := range lines(os.Args[2], os.Args[4]) {
		var one event
		if err := json.Unmarshal(line, &one); err != nil {
			panic(err)
		}
		events = append(events, one)
	}
	var rules []*sigma.Tree
	refused := 0
	started := cpuSeconds()
	for _, line := range lines(os.Args[1], os.Args[3]) {
		rule, err := tree(line)
		if err != nil {
			refused++
			continue
		}
		rules = append(rules, rule)
	}
	loaded := cpuSeconds()
	wall := time.Now()
	hits := 0
	for _, one := range events {
		for _, rule := range rules {
			if matches, _ := rule.Match(one); matches {
				hits++
			}
		}
	}
	done := cpuSeconds()
	fmt.Printf(`{"hits":%d,"refused":%d,"loadSeconds":%f,"cpuSeconds":%f,"wallSeconds":%f,"peakMiB":%d}`+"\n",
		hits, refused, loaded-started, done-loaded, time.Since(wall).Seconds(), peakMiB())
}
