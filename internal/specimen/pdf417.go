package specimen

import (
	"image/color"
	"math"

	"bonafide/internal/barcode/pdf417"
)

// barcode prints a PDF417 of text with its top left at x, y: modules of moduleMM, rows rowMM high, and a quiet zone around.
func (g *page) barcode(text []byte, x, y, moduleMM, rowMM float64, columns, level int) error {
	rows, layout, err := pdf417.Encode(text, columns, level)
	if err != nil {
		return err
	}
	w, h := float64(layout.Modules())*moduleMM, float64(len(rows))*rowMM
	quiet := 2 * moduleMM
	g.box(x-quiet, y-quiet, x+w+quiet, y+h+quiet, color.White)
	r := g.rect(x, y, x+w, y+h)
	for py := r.Min.Y; py < r.Max.Y; py++ {
		row := rows[min(len(rows)-1, int((float64(py)+0.5-float64(r.Min.Y))/g.dpmm/rowMM))]
		for px := r.Min.X; px < r.Max.X; px++ {
			// Ink covers a pixel as far as bars do.
			at := (float64(px) - float64(r.Min.X)) / g.dpmm / moduleMM
			end := at + 1/g.dpmm/moduleMM
			ink := 0.0
			for m := int(at); float64(m) < end && m < len(row); m++ {
				if row[m] {
					ink += math.Min(end, float64(m+1)) - math.Max(at, float64(m))
				}
			}
			k := 1 - 0.9*ink/(end-at)
			o := g.img.PixOffset(px, py)
			for c := range 3 {
				g.img.Pix[o+c] = uint8(float64(g.img.Pix[o+c]) * k)
			}
		}
	}
	g.truth.Barcode = string(text)
	g.truth.Boxes["barcode"] = quadOf(r)
	return nil
}
