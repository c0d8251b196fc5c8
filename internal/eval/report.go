package eval

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// writeReport puts a report into dir: its numbers as name.json, to compare with the next, and files by their names to read and look at.
func writeReport(dir, name string, numbers any, files map[string]string) error {
	data, err := json.MarshalIndent(numbers, "", " ")
	if err == nil {
		err = os.MkdirAll(dir, 0o755) //nolint:gosec // documentation
	}
	put := func(name string, content []byte) {
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), content, 0o644) //nolint:gosec // documentation
		}
	}
	put(name+".json", append(data, '\n'))
	for name, content := range files {
		put(name, []byte(content))
	}
	if err != nil {
		return fmt.Errorf("eval: %s: %w", name, err)
	}
	return nil
}

// counted is a rate with its counts and its interval, for a table.
func counted(r Rate) string {
	if r.Of == 0 {
		return "–"
	}
	return fmt.Sprintf("%d of %d, %s", r.Count, r.Of, r)
}

// short is counted without the interval.
func short(r Rate) string {
	if r.Of == 0 {
		return "–"
	}
	return fmt.Sprintf("%d/%d", r.Count, r.Of)
}

// tally lists how often each of several things was counted, the most frequent first. Codes of documents go without their kind.
func tally(m map[string]int) string {
	var names []string
	for n := range m {
		names = append(names, n)
	}
	sort.Slice(names, func(i, j int) bool {
		return m[names[i]] > m[names[j]] || m[names[i]] == m[names[j]] && names[i] < names[j]
	})
	var out []string
	for _, n := range names {
		say := strings.TrimPrefix(n, "document.")
		if say == "" {
			say = "nothing"
		}
		out = append(out, fmt.Sprintf("%s %d", say, m[n]))
	}
	if len(out) == 0 {
		return "–"
	}
	return strings.Join(out, "; ")
}
