package document

import (
	"sync"

	"bonafide/internal/imaging"
)

// ahead measures beside the readers what does not wait for what they read. While one core is inside a model, another finds the outline and
// measures the picture; package imaging keeps the numbers until quality asks for them.
type ahead struct {
	p        *imaging.Picture
	work     sync.WaitGroup
	outlined chan struct{}
	edges    outline
	hasEdges bool
}

func lookAhead(p *imaging.Picture) *ahead {
	a := &ahead{p: p, outlined: make(chan struct{})}
	a.work.Go(func() {
		a.edges, a.hasEdges = findOutline(p.Gray())
		close(a.outlined)
		p.Flat()
		p.Colour(p.RGB.Rect)
	})
	return a
}

// outline waits for the outline.
func (a *ahead) outline() (outline, bool) {
	<-a.outlined
	return a.edges, a.hasEdges
}

// region begins to measure where the document is, or most likely is.
func (a *ahead) region(q imaging.Quad) {
	a.work.Go(func() { a.p.Lattice(enclosing(q, a.p.RGB.Rect)) })
	if box, ok := uprightBox(q, a.p.RGB.Rect); ok {
		a.work.Go(func() { a.p.Focus(box) })
	}
}

// wait waits for everything that was begun.
func (a *ahead) wait() { a.work.Wait() }
