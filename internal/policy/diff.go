package policy

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Change is one key in which two policies differ. Lists whose order means
// nothing say what came and what went; everything else says old and new, nil
// where the key is not there.
type Change struct {
	Key     string   `json:"key"`
	Old     any      `json:"old,omitempty"`
	New     any      `json:"new,omitempty"`
	Added   []string `json:"added,omitempty"`
	Removed []string `json:"removed,omitempty"`
}

// Diff lists the keys in which two policies differ, in the order of their names.
// Comments, the order of keys and the order of rules are no differences.
func Diff(a, b Policy) ([]Change, error) {
	before, err := flatten(a)
	if err != nil {
		return nil, err
	}
	after, err := flatten(b)
	if err != nil {
		return nil, err
	}
	all := maps.Clone(before)
	maps.Copy(all, after)
	var out []Change
	for _, key := range slices.Sorted(maps.Keys(all)) {
		x, y := before[key], after[key]
		c := Change{Key: key}
		setX, isX := x.([]string)
		setY, isY := y.([]string)
		if isX || isY {
			c.Added, c.Removed = without(setY, setX), without(setX, setY)
			if len(c.Added)+len(c.Removed) > 0 {
				out = append(out, c)
			}
			continue
		}
		// A key that is not there and one that says nothing are the same.
		says := func(v any) bool { return v != nil && !reflect.ValueOf(v).IsZero() }
		if c.Old, c.New = x, y; !reflect.DeepEqual(x, y) && (says(x) || says(y)) {
			out = append(out, c)
		}
	}
	return out, nil
}

func without(list, gone []string) []string {
	var out []string
	for _, v := range list {
		if !slices.Contains(gone, v) && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return out
}

// flatten lists the values of a policy by key: numbers and texts, and lists of
// texts. Rules stand under their names.
func flatten(p Policy) (map[string]any, error) {
	var n yaml.Node
	if err := n.Encode(p); err != nil {
		return nil, err
	}
	// By name, so that one that sets no key is seen too.
	names := slices.Sorted(maps.Keys(p.Services))
	var rules []string
	for _, r := range p.Rules {
		rules = append(rules, r.ID)
	}
	out := map[string]any{"services": names, "rules": rules}
	return out, flattenNode(&n, "", out)
}

func flattenNode(n *yaml.Node, path string, out map[string]any) error {
	switch n.Kind {
	case yaml.MappingNode:
		for k := 0; k+1 < len(n.Content); k += 2 {
			key := n.Content[k].Value
			if path != "" {
				key = path + "." + key
			}
			if strings.HasPrefix(path, "rules.") && n.Content[k].Value == "id" {
				continue // it is the key itself
			}
			if err := flattenNode(n.Content[k+1], key, out); err != nil {
				return err
			}
		}
	case yaml.SequenceNode:
		var set []string
		for k, c := range n.Content {
			key := path + "[" + strconv.Itoa(k) + "]"
			if id := child(c, "id"); id != nil {
				key = path + "." + id.Value
			}
			switch {
			case c.Kind == yaml.MappingNode:
				if err := flattenNode(c, key, out); err != nil {
					return err
				}
			case ordered(path):
				out[key] = c.Value
			default:
				set = append(set, c.Value)
			}
		}
		if len(set) > 0 {
			out[path] = set
		}
	case yaml.ScalarNode:
		var v any
		if n.Tag == "!!null" || n.Tag == "!!str" && n.Value == "" {
			return nil
		}
		if err := n.Decode(&v); err != nil {
			return err
		}
		out[path] = v
	case yaml.DocumentNode, yaml.AliasNode:
	}
	return nil
}

// ordered reports the lists whose order means something: the pause after the
// first failure is not the pause after the second.
func ordered(path string) bool {
	return strings.HasSuffix(path, "pauses")
}

func child(n *yaml.Node, key string) *yaml.Node {
	for k := 0; n.Kind == yaml.MappingNode && k+1 < len(n.Content); k += 2 {
		if n.Content[k].Value == key {
			return n.Content[k+1]
		}
	}
	return nil
}
