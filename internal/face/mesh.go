package face

import (
	"context"
	"errors"
	"fmt"
	"math"

	"bonafide/internal/imaging"
	"bonafide/internal/onnx"
)

const (
	meshSide   = 192
	meshPoints = 468
	meshMargin = 1.5 // the crop's side in box sides, as in MediaPipe's face_detection_front_detection_to_roi
)

// Point3 is a mesh point: x and y in picture pixels, z in the same unit, zero near the middle of the head and smaller towards the
// camera.
type Point3 struct{ X, Y, Z float64 }

// Mesh is MediaPipe's 468-point face mesh; the numbering is that of its canonical face model.
type Mesh [meshPoints]Point3

// Indices of mesh points that are used by name. Right and left are the subject's own.
const (
	eyeRightOuter, eyeRightInner = 33, 133
	eyeLeftInner, eyeLeftOuter   = 362, 263
	noseTip, noseBase            = 1, 2
	mouthRight, mouthLeft        = 61, 291
	foreheadTop, chin            = 10, 152
)

// Five are the points most tools exchange: the middle of the right and of the left eye, the tip of the nose, the right and the
// left corner of the mouth (the subject's own sides).
func (m *Mesh) Five() [5]imaging.Point {
	return [5]imaging.Point{
		m.middle(eyeRightOuter, eyeRightInner, 159, 145), m.middle(eyeLeftInner, eyeLeftOuter, 386, 374),
		m.middle(noseTip, 4), m.at(mouthRight), m.at(mouthLeft),
	}
}

// EyeAspect is the eye aspect ratio of the right and the left eye: the mean height between the lids over the width between the
// corners (Soukupová and Čech, "Real-Time Eye Blink Detection using Facial Landmarks", 2016). About 0.3 when open, below 0.15
// when shut; distances are taken in three dimensions so that a turned head does not look like a blink.
func (m *Mesh) EyeAspect() (right, left float64) {
	return m.aspect(33, 160, 158, 133, 153, 144), m.aspect(362, 385, 387, 263, 373, 380)
}

// MouthAspect is the height of the gap between the lips over its width between the inner corners; 0 when shut.
func (m *Mesh) MouthAspect() float64 {
	return ratio(m.distance(13, 14), m.distance(78, 308))
}

func (m *Mesh) aspect(a, b, c, d, e, f int) float64 {
	return ratio(m.distance(b, f)+m.distance(c, e), 2*m.distance(a, d))
}

func (m *Mesh) distance(i, j int) float64 {
	a, b := m[i], m[j]
	return math.Sqrt((a.X-b.X)*(a.X-b.X) + (a.Y-b.Y)*(a.Y-b.Y) + (a.Z-b.Z)*(a.Z-b.Z))
}

func (m *Mesh) at(i int) imaging.Point { return imaging.Point{X: m[i].X, Y: m[i].Y} }

func (m *Mesh) middle(ix ...int) imaging.Point {
	var p imaging.Point
	for _, i := range ix {
		p.X += m[i].X / float64(len(ix))
		p.Y += m[i].Y / float64(len(ix))
	}
	return p
}

// box is the upright rectangle around all points.
func (m *Mesh) box() Box {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range m {
		x0, x1 = math.Min(x0, p.X), math.Max(x1, p.X)
		y0, y1 = math.Min(y0, p.Y), math.Max(y1, p.Y)
	}
	return Box{x0, y0, x1 - x0, y1 - y0}
}

func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

// crop is a square of the picture, turned so that the eyes lie level in it.
type crop struct {
	centre imaging.Point
	side   float64
	angle  float64 // clockwise, radians
}

func (c crop) affine(pixels int) imaging.Affine {
	k := c.side / float64(pixels)
	sin, cos := math.Sincos(c.angle)
	a, b, d, e := k*cos, -k*sin, k*sin, k*cos
	half := float64(pixels) / 2
	return imaging.Affine{a, b, c.centre.X - (a+b)*half, d, e, c.centre.Y - (d+e)*half}
}

// crop is the square the mesh network wants for a face whose points are known, as MediaPipe's face_landmarks_to_roi does: level
// eyes, half as much again as the points' extent.
func (m *Mesh) crop() crop {
	r, l := m[eyeRightOuter], m[eyeLeftOuter]
	angle := math.Atan2(l.Y-r.Y, l.X-r.X)
	sin, cos := math.Sincos(angle)
	u0, v0, u1, v1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range m {
		u, v := cos*p.X+sin*p.Y, -sin*p.X+cos*p.Y
		u0, u1 = math.Min(u0, u), math.Max(u1, u)
		v0, v1 = math.Min(v0, v), math.Max(v1, v)
	}
	u, v := (u0+u1)/2, (v0+v1)/2
	return crop{imaging.Point{X: cos*u - sin*v, Y: sin*u + cos*v}, meshMargin * math.Max(u1-u0, v1-v0), angle}
}

// fit runs the mesh network over one crop.
func (a *Analyser) fit(ctx context.Context, p *pyramid, c crop) (Mesh, float64, error) {
	var mesh Mesh
	m := c.affine(meshSide)
	px := p.sample(m, meshSide)
	for i := range px {
		px[i] /= 255
	}
	out, err := a.mesh.Run(ctx, onnx.Tensor{Shape: []int64{1, meshSide, meshSide, 3}, Data: px})
	if err != nil {
		return mesh, 0, fmt.Errorf("face: mesh: %w", err)
	}
	var points, presence []float32
	for _, t := range out {
		switch len(t.Data) {
		case 3 * meshPoints:
			points = t.Data
		case 1:
			presence = t.Data
		}
	}
	if points == nil || presence == nil {
		return mesh, 0, errors.New("face: mesh: the network's outputs do not have the face mesh's shapes")
	}
	k := c.side / meshSide
	for i := range mesh {
		q := apply(m, float64(points[3*i]), float64(points[3*i+1]))
		mesh[i] = Point3{q.X, q.Y, float64(points[3*i+2]) * k}
	}
	return mesh, float64(presence[0]), nil
}

// describe fits the mesh to a candidate, twice: the second time over the crop the first mesh asks for, which makes the points
// nearly independent of how well the detector's box sat. Where the first crop shows no face to the network, a wider one is tried:
// on portraits under a guilloche the detector's box is often too small.
func (a *Analyser) describe(ctx context.Context, p *pyramid, c candidate) (Face, error) {
	f := Face{Score: c.score}
	for _, widen := range []float64{1, 1.25} {
		mesh, presence, err := a.fit(ctx, p, crop{c.centre, widen * meshMargin * c.size, c.angle()})
		if err != nil {
			return Face{}, err
		}
		if presence < minMesh {
			continue
		}
		if f.Mesh, f.Presence, err = a.fit(ctx, p, mesh.crop()); err != nil {
			return Face{}, err
		}
		break
	}
	return read(f.Score, f.Presence, f.Mesh), nil
}

// read takes from a mesh what a Face says.
func read(score, presence float64, mesh Mesh) Face {
	f := Face{Score: score, Presence: presence, Mesh: mesh, Box: mesh.box(), Pose: mesh.Pose(), Mouth: mesh.MouthAspect()}
	f.EyeRight, f.EyeLeft = mesh.EyeAspect()
	f.Turn = ((int(math.Round(f.Pose.Roll/90)) % 4) + 4) % 4
	return f
}
