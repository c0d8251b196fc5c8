package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"go.yaml.in/yaml/v3"

	"bonafide/internal/kyc"
)

// Rule is what does not fit into the keys: a condition in CEL over facts, and
// the finding that holds where the condition does.
type Rule struct {
	ID      string    `yaml:"id"`
	When    string    `yaml:"when"`
	Finding kyc.Code  `yaml:"finding"`
	Field   kyc.Field `yaml:"field"`

	program cel.Program
	reads   []string // the facts that the condition names
}

const (
	maxRules = 100
	// maxWhen bounds a condition in bytes, and maxCost what one may cost in CEL's
	// own unit: about one for each operation. Without loops, which the language
	// does not get here, nothing that fits comes near it.
	maxWhen = 1000
	maxCost = 10_000
)

// Facts that more than the rules know.
const (
	residenceFact = "applicant.residence"
	serviceFact   = "service"
)

// fact is one thing that conditions can read.
type fact struct {
	name string
	of   *cel.Type
	// value returns the fact, and false when it is not known.
	value func(Facts) (any, bool)
	// wrong says what is wrong with a value that the fact is compared with; nil
	// where every value makes sense.
	wrong func(string) string
}

func facts() []fact {
	text := func(name string, value func(Facts) string, wrong func(string) string) fact {
		return fact{name, cel.StringType, func(f Facts) (any, bool) { v := value(f); return v, v != "" }, wrong}
	}
	return []fact{
		text(residenceFact, func(f Facts) string { return f.Residence }, wrongRegion),
		text("applicant.nationality", func(f Facts) string { return f.Nationality }, wrongRegion),
		text("document.kind", func(f Facts) string { return f.Kind }, wrongKind),
		text("document.issuer", func(f Facts) string { return f.Issuer }, wrongRegion),
		text("network.region", func(f Facts) string { return f.Network }, wrongRegion),
		{"document.expires", cel.TimestampType, func(f Facts) (any, bool) { return f.Expires.Time, !f.Expires.IsZero() }, nil},
		{"document.expired", cel.BoolType, func(f Facts) (any, bool) { return f.Expires.Before(f.Today.Time), !f.Expires.IsZero() }, nil},
		{"age", cel.IntType, func(f Facts) (any, bool) { n, ok := f.age(); return n, ok }, nil},
		{"today", cel.TimestampType, func(f Facts) (any, bool) { return f.Today.Time, true }, nil},
	}
}

// knownSuffix makes of a fact's name that of the fact whether it is known.
const knownSuffix = ".known"

func wrongKind(k string) string {
	if slices.Contains(Kinds(), k) {
		return ""
	}
	return fmt.Sprintf("%q is not one of %v", k, Kinds())
}

// FactNames lists what conditions can read, each with its type.
func FactNames() map[string]string {
	out := map[string]string{serviceFact: cel.StringType.String()}
	for _, f := range facts() {
		out[f.name], out[f.name+knownSuffix] = f.of.String(), cel.BoolType.String()
	}
	return out
}

// conditions declares the facts; it has no macros, and with them no loops.
func conditions() (*cel.Env, error) {
	opts := []cel.EnvOption{
		cel.ClearMacros(), cel.ParserExpressionSizeLimit(maxWhen), cel.ParserRecursionLimit(50),
		cel.Variable(serviceFact, cel.StringType),
	}
	for _, f := range facts() {
		opts = append(opts, cel.Variable(f.name, f.of), cel.Variable(f.name+knownSuffix, cel.BoolType))
	}
	return cel.NewEnv(opts...)
}

// codes are what rules may find. The other codes of eligibility say something
// that only a key of the policy knows, as an age and its day.
func ruleCodes() []kyc.Code {
	return []kyc.Code{kyc.NotPermitted, kyc.RegionRestricted, kyc.RuleReview}
}

// compile compiles the rules of a version, once, and tells what is wrong with
// them.
func (d *document) compile(bad report) (problems []Problem) {
	rules := d.policy.Rules
	if len(rules) > maxRules {
		bad("rules", "more than %d rules", maxRules)
		return nil
	}
	if len(rules) == 0 {
		return nil
	}
	env, err := conditions()
	if err != nil {
		bad("rules", "%v", err)
		return nil
	}
	seen := map[string]bool{}
	for k := range rules {
		r, key := &rules[k], at("rules", k)
		switch {
		case !slug.MatchString(r.ID):
			bad(key+".id", "%q is not a name of 1 to 40 small letters, digits, _ or -", r.ID)
		case seen[r.ID]:
			bad(key+".id", "%q is the name of another rule too", r.ID)
		}
		seen[r.ID] = true
		if !slices.Contains(ruleCodes(), r.Finding) {
			bad(key+".finding", "%q is not one of %v", r.Finding, ruleCodes())
		}
		places := []kyc.Field{kyc.Residence, kyc.IssuingState, kyc.NetworkRegion}
		switch {
		case r.Finding == kyc.RegionRestricted && !slices.Contains(places, r.Field):
			bad(key+".field", "say which region is meant: one of %v", places)
		case r.Finding != kyc.RegionRestricted && r.Field != "":
			bad(key+".field", "only %s names a field", kyc.RegionRestricted)
		}
		problems = append(problems, d.compileWhen(env, r, key+".when")...)
		if r.readsFact(serviceFact) && len(d.policy.Services) == 0 {
			bad(key+".when", "there are no services")
		}
	}
	return problems
}

// compileWhen compiles the condition of a rule.
func (d *document) compileWhen(env *cel.Env, r *Rule, key string) (problems []Problem) {
	refuse := func(line int, format string, a ...any) {
		p := d.problem(key, format, a...)
		if n := d.values[key]; n != nil {
			p.Line = n.Line + line - 1
			if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
				p.Line++ // the text begins below the sign
			}
		}
		problems = append(problems, p)
	}
	if strings.TrimSpace(r.When) == "" {
		refuse(1, "must not be empty")
		return problems
	}
	tree, issues := env.Compile(r.When)
	if issues.Err() != nil {
		for _, e := range issues.Errors() {
			if e.Location.Line() < 1 { // about the whole
				refuse(1, "%s", e.Message)
				continue
			}
			refuse(e.Location.Line(), "%s, at character %d", e.Message, e.Location.Column()+1)
		}
		return problems
	}
	if !tree.OutputType().IsExactType(cel.BoolType) {
		refuse(1, "this is %s, and must be true or false", tree.OutputType())
		return problems
	}
	if c, err := env.EstimateCost(tree, short{}); err != nil || c.Max > maxCost {
		refuse(1, "this may take too long: it costs up to %d, and %d is allowed", c.Max, maxCost)
		return problems
	}
	for _, ref := range tree.NativeRep().ReferenceMap() {
		if ref.Name != "" && !slices.Contains(r.reads, ref.Name) {
			r.reads = append(r.reads, ref.Name)
		}
	}
	slices.Sort(r.reads)
	for _, why := range wrongValues(tree.NativeRep()) {
		refuse(1, "%s", why)
	}
	var err error
	if r.program, err = env.Program(tree, cel.EvalOptions(cel.OptPartialEval), cel.CostLimit(maxCost)); err != nil {
		refuse(1, "%v", err)
	}
	return problems
}

// short says how long the texts of facts are.
type short struct{}

// EstimateSize implements [cost.Estimator].
func (short) EstimateSize(n cost.AstNode) *cost.SizeEstimate {
	if n.ComputedSize() == nil && n.Type().IsExactType(types.StringType) {
		return &cost.SizeEstimate{Max: 64}
	}
	return nil
}

// EstimateCallCost implements [cost.Estimator].
func (short) EstimateCallCost(string, string, *cost.AstNode, []cost.AstNode) *cost.CallEstimate {
	return nil
}

// wrongValues finds facts that are compared with what they can never be, as a
// country that does not exist: such a rule would never hold, and nobody notice.
func wrongValues(tree *ast.AST) []string {
	known := map[string]fact{}
	for _, f := range facts() {
		known[f.name] = f
	}
	var out []string
	check := func(f fact, e ast.Expr) {
		if s, ok := e.AsLiteral().(types.String); e.Kind() == ast.LiteralKind && ok {
			if why := f.wrong(string(s)); why != "" {
				out = append(out, f.name+": "+why)
			}
		}
	}
	ast.PostOrderVisit(tree.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind || !slices.Contains([]string{operators.Equals, operators.NotEquals, operators.In}, e.AsCall().FunctionName()) {
			return
		}
		args := e.AsCall().Args()
		for k, a := range args {
			ref := tree.ReferenceMap()[a.ID()]
			if ref == nil || known[ref.Name].wrong == nil {
				continue
			}
			other := args[1-k]
			check(known[ref.Name], other)
			if other.Kind() == ast.ListKind {
				for _, x := range other.AsList().Elements() {
					check(known[ref.Name], x)
				}
			}
		}
	}))
	return out
}

func (r Rule) readsFact(name string) bool { return slices.Contains(r.reads, name) }

// activation is the facts as conditions read them.
type activation struct {
	values  map[string]any
	unknown []*cel.AttributePatternType
}

func newActivation(f Facts) activation {
	a := activation{values: map[string]any{}}
	for _, x := range facts() {
		v, known := x.value(f)
		a.values[x.name+knownSuffix] = known
		if known {
			a.values[x.name] = v
		} else {
			a.unknown = append(a.unknown, cel.AttributePattern(x.name))
		}
	}
	return a
}

// in is the activation for one service.
func (a activation) in(service string) activation {
	a.values = maps.Clone(a.values)
	a.values[serviceFact] = service
	return a
}

// judge returns the rule's finding where its condition holds. A condition that
// cannot be decided because a fact is not known decides nothing; one that fails
// is our own fault, and a human looks.
func (r Rule) judge(a activation) []kyc.Finding {
	which := "rule:" + r.ID
	fault := []kyc.Finding{{Code: kyc.OurFault, Item: kyc.WholeCase, Measure: which}}
	if r.program == nil {
		return fault // it was not read from a file
	}
	vars, err := cel.PartialVars(a.values, a.unknown...)
	if err != nil {
		return fault
	}
	v, _, err := r.program.Eval(vars)
	switch {
	case types.IsUnknown(v):
		return nil
	case err != nil:
		return fault
	case v != types.True:
		return nil
	}
	return []kyc.Finding{{Code: r.Finding, Item: kyc.Eligibility, Field: r.Field, Measure: which}}
}
