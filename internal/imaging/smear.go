package imaging

import (
	"image"
	"math"
	"slices"
)

// FocusStats tell how sharp a region is, and whether what blurs it has a direction.
type FocusStats struct {
	Sharpness float64 // see Sharpness
	// Along is how much of the fine detail across the direction in which there is least is still there along it, 0..1: near 1 where blur has no
	// direction or there is none, near 0 after camera shake.
	Along float64
	// Detail is the fine detail in the direction in which there is least, as a share of the coarse: about .11 where nothing finer than
	// nine pixels is left, above .3 in sharp print, at the scale of Sharpness.
	Detail float64
	Angle  float64 // of the direction with least detail, degrees clockwise from the x-axis, 0..180
	Blocks int     // how many blocks had contrast to measure
}

// The inner constants of Focus.
const (
	smearBlock = 64  // pixels: side of the blocks whose median is taken
	smearFloor = 60. // least mean squared difference at nine pixels for a block to count, levels², after noise
	smearLeast = 4   // blocks
)

// smearSteps are pixel steps of about three pixels in eight directions, 22.5° apart as nearly as pixels allow.
func smearSteps() [8][2]int {
	return [8][2]int{{3, 0}, {3, 1}, {2, 2}, {1, 3}, {0, 3}, {-1, 3}, {-2, 2}, {-3, 1}}
}

// Focus measures region r of g as Sharpness does, and the blur's direction.
//
// Method: the structure function D(d) = E[(i(x+d)-i(x))²] at steps of three and of nine pixels in eight directions, by blocks. Their ratio falls to
// 1/9 where the picture is smooth over nine pixels and is near 1 where edges are sharper than three. Camera shake lowers it along its
// direction alone, whatever is left of strokes across; edges that were wiped out count by their absence, which Sharpness cannot see.
func Focus(g *image.Gray, r image.Rectangle) FocusStats {
	g, ok := atReadingScale(g, r)
	if !ok {
		return FocusStats{}
	}
	s := FocusStats{Sharpness: sharpness(g), Along: 1}
	w, h := g.Rect.Dx(), g.Rect.Dy()
	noise := noiseOfGray(g)
	noise *= 2 * noise
	steps := smearSteps()
	const reach = 9
	var ratios [8][]float64
	for by := reach; by+smearBlock <= h-reach; by += smearBlock {
		for bx := reach; bx+smearBlock <= w-reach; bx += smearBlock {
			var fine, coarse [8]float64
			for y := by; y < by+smearBlock; y += 2 {
				at := y*g.Stride + bx
				for k, st := range steps {
					near, far := st[1]*g.Stride+st[0], 3*(st[1]*g.Stride+st[0])
					var a, b int
					for i := at + y/2%2; i < at+smearBlock; i += 2 {
						v := int(g.Pix[i])
						n, f := int(g.Pix[i+near])-v, int(g.Pix[i+far])-v
						a, b = a+n*n, b+f*f
					}
					fine[k] += float64(a)
					coarse[k] += float64(b)
				}
			}
			const n = smearBlock * smearBlock / 4
			mean := 0.0
			for k := range steps {
				fine[k], coarse[k] = max(fine[k]/n-noise, 0), coarse[k]/n-noise
				mean += coarse[k] / 8
			}
			if mean < smearFloor {
				continue
			}
			s.Blocks++
			for k := range steps {
				ratios[k] = append(ratios[k], fine[k]/max(coarse[k], mean/4))
			}
		}
	}
	if s.Blocks < smearLeast {
		return s
	}
	var detail [8]float64
	least := 0
	for k := range steps {
		slices.Sort(ratios[k])
		detail[k] = ratios[k][len(ratios[k])/2]
		if detail[k] < detail[least] {
			least = k
		}
	}
	s.Detail = detail[least]
	s.Along = min(1, detail[least]/max(detail[(least+4)%8], 1e-6))
	s.Angle = math.Mod(math.Atan2(float64(steps[least][1]), float64(steps[least][0]))*180/math.Pi+180, 180)
	return s
}

// noiseOfGray is noiseOf of bytes.
func noiseOfGray(g *image.Gray) float64 {
	const bins = 1024
	var hist [bins]int
	n := 0
	for y := 1; y < g.Rect.Dy()-1; y += 3 {
		a, b, c := grayRow(g, y-1), grayRow(g, y), grayRow(g, y+1)
		for x := 1; x < len(b)-1; x += 2 {
			v := int(a[x-1]) + int(a[x+1]) + int(c[x-1]) + int(c[x+1]) + 4*int(b[x]) - 2*(int(a[x])+int(b[x-1])+int(b[x+1])+int(c[x]))
			hist[min(max(v, -v), bins-1)]++
			n++
		}
	}
	k := 0
	for i, c := range hist {
		if k += c; 2*k >= n {
			return float64(i) / .6745 / 6
		}
	}
	return 0
}
