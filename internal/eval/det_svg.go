package eval

import (
	"fmt"
	"math"
	"strings"
)

// The frame of the DET plot in pixels, and the rates at its edges.
const (
	detSize   = 520.0
	detLeft   = 70.0
	detTop    = 20.0
	detLowest = 2e-4
	detHigh   = 0.4
)

// detColours tell curves apart for readers who see few colours, too (Okabe and Ito's palette); each curve also has its own dashes.
var detColours = []struct{ colour, dash string }{
	{"#0072B2", ""}, {"#D55E00", "8 4"}, {"#009E73", "2 4"}, {"#CC79A7", "10 3 2 3"}, {"#E69F00", "4 2"}, {"#56B4E9", "12 4"},
}

// SVG draws the detection error trade-off of every bucket on normal-deviate axes (Martin et al., "The DET curve", 1997). A rate of
// zero lies at infinity and is drawn on the frame's edge.
func (r *FacesReport) SVG() string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	width, height := detLeft+detSize+30, detTop+detSize+60
	say(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" font-family="sans-serif" font-size="12" role="img">`, width, height)
	say(`<title>Detection error trade-off of face comparison</title>`)
	say(`<rect width="100%%" height="100%%" fill="white"/>`)
	for _, v := range []float64{0.0002, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4} {
		x, y := detX(v), detY(v)
		say(`<path d="M%.1f %.1fV%.1fM%.1f %.1fH%.1f" stroke="#ddd" fill="none"/>`, x, detTop, detTop+detSize, detLeft, y, detLeft+detSize)
		label := strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.2f", 100*v), "0"), ".") + " %"
		say(`<text x="%.1f" y="%.1f" text-anchor="middle">%s</text>`, x, detTop+detSize+16, label)
		say(`<text x="%.1f" y="%.1f" text-anchor="end">%s</text>`, detLeft-6, y+4, label)
	}
	say(`<path d="M%.1f %.1fL%.1f %.1f" stroke="#999" stroke-dasharray="3 3"/>`, detX(detLowest), detY(detLowest), detX(detHigh), detY(detHigh))
	say(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="none" stroke="black"/>`, detLeft, detTop, detSize, detSize)
	say(`<text x="%.1f" y="%.1f" text-anchor="middle">false match rate</text>`, detLeft+detSize/2, detTop+detSize+40)
	say(`<text transform="translate(16 %.1f) rotate(-90)" text-anchor="middle">false non-match rate</text>`, detTop+detSize/2)
	for i, k := range r.Buckets {
		c := detColours[i%len(detColours)]
		say(`<path d="%s" fill="none" stroke="%s" stroke-width="2" stroke-dasharray="%s"/>`, detPath(k.DET), c.colour, c.dash)
		y := detTop + 22 + 20*float64(i)
		say(`<path d="M%.1f %.1fh30" stroke="%s" stroke-width="2" stroke-dasharray="%s"/>`, detLeft+detSize-190, y-4, c.colour, c.dash)
		say(`<text x="%.1f" y="%.1f">%s, EER %.2f %%</text>`, detLeft+detSize-154, y, escape(k.Name), 100*k.EER)
	}
	say(`</svg>`)
	return b.String()
}

// detPath is a stair, as the rates of few pairs are: the false match rate steps first.
func detPath(points []DETPoint) string {
	var b strings.Builder
	for i, p := range points {
		x, y := detX(p.FMR), detY(p.FNMR)
		if i == 0 {
			fmt.Fprintf(&b, "M%.1f %.1f", x, y)
			continue
		}
		fmt.Fprintf(&b, "H%.1fV%.1f", x, y)
	}
	return b.String()
}

func detX(rate float64) float64 { return detLeft + detSize*detShare(rate) }
func detY(rate float64) float64 { return detTop + detSize*(1-detShare(rate)) }

// detShare is where a rate lies between the frame's edges, 0..1.
func detShare(rate float64) float64 {
	rate = math.Max(detLowest, math.Min(detHigh, rate))
	return (probit(rate) - probit(detLowest)) / (probit(detHigh) - probit(detLowest))
}

func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}
