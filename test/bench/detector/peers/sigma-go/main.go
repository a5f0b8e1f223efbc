// Matches flat events with Sigma rules by github.com/bradleyjkemp/sigma-go.
// Arguments: rules.jsonl, events.jsonl, number of rules, number of events.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	sigma "github.com/bradleyjkemp/sigma-go"
	"github.com/bradleyjkemp/sigma-go/evaluator"
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

func main() {
	var events []map[string]interface{}
	for _, line := range lines(os.Args[2], os.Args[4]) {
		var event map[string]interface{}
		if err := json.Unmarshal(line, &event); err != nil {
			panic(err)
		}
		events = append(events, event)
	}
	ctx := context.Background()
	var rules []*evaluator.RuleEvaluator
	refused := 0
	started := cpuSeconds()
	for _, line := range lines(os.Args[1], os.Args[3]) {
		parsed, err := sigma.ParseRule(line)
		if err != nil {
			refused++
			continue
		}
		rule := evaluator.ForRule(parsed)
		// What it does not know shows when a rule is used first.
		if _, err := rule.Matches(ctx, events[0]); err != nil {
			refused++
			continue
		}
		rules = append(rules, rule)
	}
	loaded := cpuSeconds()
	wall := time.Now()
	hits := 0
	for _, event := range events {
		for _, rule := range rules {
			result, err := rule.Matches(ctx, event)
			if err != nil {
				panic(err)
			}
			if result.Match {
				hits++
			}
		}
	}
	done := cpuSeconds()
	fmt.Printf(`{"hits":%d,"refused":%d,"loadSeconds":%f,"cpuSeconds":%f,"wallSeconds":%f,"peakMiB":%d}`+"\n",
		hits, refused, loaded-started, done-loaded, time.Since(wall).Seconds(), peakMiB())
}
