package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"bonafide/internal/policy"
)

// loadPolicies reads a policy: a file, a folder whose YAML files are versions of
// it, or the shipped one.
func loadPolicies(path string) (*policy.Set, error) {
	if path == "" {
		return policy.Read(policy.Source{Name: "standard.yaml", Text: policy.StandardYAML()})
	}
	files, err := policyFiles(path)
	if err != nil {
		return nil, err
	}
	var sources []policy.Source
	for _, f := range files {
		text, err := readLimited(f, 1<<20+1) // reading refuses one byte more than it takes
		if err != nil {
			return nil, err
		}
		sources = append(sources, policy.Source{Name: f, Text: text})
	}
	return policy.Read(sources...)
}

// policyFiles lists the files of a policy, by name.
func policyFiles(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return []string{path}, err
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		name := strings.ToLower(e.Name())
		if !strings.HasPrefix(name, ".") && (strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")) {
			out = append(out, filepath.Join(path, e.Name()))
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s has no files that end in .yaml", path)
	}
	return out, nil
}

// inForce is the version that judges now.
func inForce(s *policy.Set, now time.Time) (policy.Policy, error) {
	p, ok := s.At(now)
	if !ok {
		first := s.All()[0]
		return p, fmt.Errorf("policy %s is in force from %s only, and no version before it is there", first.ID(), first.EffectiveFrom.Format(time.DateOnly))
	}
	return p, nil
}

type policyCheckCmd struct {
	Files []string `arg:"" name:"file" help:"Policy files, or folders of versions." placeholder:"FILE"`
	JSON  bool     `name:"json" help:"One JSON object a policy instead of text."`
}

// policyChecked is what is said of one policy.
type policyChecked struct {
	File     string           `json:"file"`
	Valid    bool             `json:"valid"`
	Versions []policyVersion  `json:"versions,omitempty"`
	Problems []policy.Problem `json:"problems,omitempty"`
}

type policyVersion struct {
	ID            string `json:"id"`
	EffectiveFrom string `json:"effective_from"`
	InForce       bool   `json:"in_force"`
}

// errRefused ends a command whose output has said why already.
var errRefused = errors.New("a policy is refused")

// Run implements the command.
func (c policyCheckCmd) Run(a *app) error {
	var refused error
	for _, file := range c.Files {
		set, err := loadPolicies(file)
		out := policyChecked{File: file, Valid: err == nil}
		wrong, isPolicy := errors.AsType[*policy.Error](err)
		switch {
		case isPolicy:
			out.Problems, refused = wrong.Problems, errRefused
		case err != nil:
			if c.JSON {
				err = errors.Join(a.report(true, failed(file, unreadableFile, err.Error())), err)
			}
			return err
		default:
			out.Versions = versionsOf(set, a.now())
		}
		if c.JSON {
			err = a.line(out)
		} else {
			err = a.tellPolicy(out)
		}
		if err != nil {
			return err
		}
	}
	return refused
}

func versionsOf(s *policy.Set, now time.Time) []policyVersion {
	holds, found := s.At(now)
	var out []policyVersion
	for _, p := range s.All() {
		out = append(out, policyVersion{p.ID(), p.EffectiveFrom.Format(time.DateOnly), found && p.ID() == holds.ID()})
	}
	return out
}

func (a *app) tellPolicy(c policyChecked) error {
	var b strings.Builder
	for _, v := range c.Versions {
		fmt.Fprintf(&b, "%s is a valid policy, in force from %s", v.ID, v.EffectiveFrom)
		switch k := slices.Index(c.Versions, v); {
		case v.InForce:
			b.WriteString(" (now)")
		case k == 0 || c.Versions[k-1].InForce:
			b.WriteString(" (waits)")
		}
		b.WriteString("\n")
	}
	for _, p := range c.Problems {
		fmt.Fprintln(a.stderr, p)
	}
	_, err := fmt.Fprint(a.stdout, b.String())
	return err
}

type policyShowCmd struct{}

// Run implements the command.
func (policyShowCmd) Run(a *app) error {
	_, err := a.stdout.Write(policy.StandardYAML())
	return err
}
