package document

import (
	"cmp"
	"context"
	"math"
	"slices"

	"bonafide/internal/imaging"
	"bonafide/mrz"
)

// assemble puts rows together to zones and decodes the best.
func (z *zoneReader) assemble(ctx context.Context) (*zone, error) {
	weight := func(r row) float64 { return r.score * float64(min(r.n, 30)) }
	rows := slices.Clone(z.rows)
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(weight(b), weight(a)) })
	base := rows[0]
	near, err := z.neighbours(ctx, base)
	if err != nil {
		return nil, err
	}
	stack := stackRows(base, append(rows, near...))
	var best *zone
	for n := 2; n <= 3; n++ {
		for i := 0; i+n <= len(stack); i++ {
			if !evenlySpaced(stack[i : i+n]) {
				continue
			}
			var part []row
			longest := 0
			for _, s := range stack[i : i+n] {
				part = append(part, s.row)
				longest = max(longest, s.row.n)
			}
			for _, width := range widths(n) {
				if longest > width+3 || longest < width-7 {
					continue
				}
				got, err := z.decode(ctx, part, width)
				if err != nil {
					return nil, err
				}
				if got != nil && (best == nil || got.quality > best.quality) {
					best = got
				}
			}
		}
	}
	if best != nil && best.quality >= poorQuality {
		return best, nil
	}
	return z.single(ctx, stack)
}

// single looks for a zone of one line, the driving licence's. Without a second
// line to agree with, it must be sure in every character and satisfy its check
// digit as it was read.
func (z *zoneReader) single(ctx context.Context, stack []stacked) (*zone, error) {
	layout := mrz.LayoutOf(mrz.IDL)
	var found *zone
	for _, s := range stack {
		if s.row.n < layout.Width-7 || s.row.n > layout.Width+3 {
			continue
		}
		got, err := z.decode(ctx, []row{s.row}, layout.Width)
		if err != nil {
			return nil, err
		}
		if got == nil || !got.text.checks.OK() || got.weakest() < .6 {
			continue
		}
		if f, ok := mrz.Detect(got.text.lines); ok && f == mrz.IDL {
			found = got
			break
		}
	}
	return found, nil
}

// widths lists the line lengths of the formats with n lines.
func widths(n int) []int {
	var out []int
	for _, f := range mrz.Formats() {
		if l := mrz.LayoutOf(f); l.Lines == n && !slices.Contains(out, l.Width) {
			out = append(out, l.Width)
		}
	}
	return out
}

// stacked is a row and how far it lies below the base row, in characters.
type stacked struct {
	down float64
	row  row
}

// stackRows keeps of the rows those that can belong to base's zone, one a
// height, top to bottom.
func stackRows(base row, rows []row) []stacked {
	var out []stacked
	first, last := base.ends()
	ux, uy := base.line.along()
	along := func(a, b imaging.Point) float64 { return math.Abs((a.X-b.X)*ux+(a.Y-b.Y)*uy) / base.pitch }
	for _, r := range rows {
		if r != base && (math.Abs(r.pitch/base.pitch-1) > .12 || !sameDirection(r.line, base.line)) {
			continue
		}
		if f, l := r.ends(); along(f, first) > 8 && along(l, last) > 8 {
			continue
		}
		down, _ := base.line.distance(r.line)
		down /= base.pitch
		k := slices.IndexFunc(out, func(s stacked) bool { return math.Abs(s.down-down) < .6 })
		switch {
		case k < 0:
			out = append(out, stacked{down, r})
		case r.score*float64(r.n) > out[k].row.score*float64(out[k].row.n):
			out[k] = stacked{down, r}
		}
	}
	slices.SortFunc(out, func(a, b stacked) int { return cmp.Compare(a.down, b.down) })
	return out
}

// evenlySpaced tells whether rows can be the consecutive lines of a zone.
func evenlySpaced(rows []stacked) bool {
	least, most := math.Inf(1), 0.
	for i, r := range rows[1:] {
		gap := r.down - rows[i].down
		least, most = min(least, gap), max(most, gap)
	}
	return least >= 1.1 && most <= 4.3 && most <= 1.35*least
}

// surelyRead is the least probability of every character at which one
// rendering is enough.
const surelyRead = .9

// decode reads rows as the lines of a zone of that width; nil when they cannot
// be.
func (z *zoneReader) decode(ctx context.Context, rows []row, width int) (*zone, error) {
	grids, err := z.fitGrids(ctx, rows, width)
	if err != nil || grids == nil {
		return nil, err
	}
	var got zone
	for _, all := range []bool{false, true} {
		columns, err := z.columns(ctx, grids, width, all)
		if err != nil {
			return nil, err
		}
		got = choose(columns, width)
		if got.text.checks.OK() && got.weakest() > surelyRead && got.quality > 1 {
			break
		}
	}
	got.grids = grids
	for i, first := range firstCells(grids) {
		got.starts[i] += first
	}
	return &got, nil
}
