package assets

import (
	"context"
	"errors"

	"bonafide/models"
)

// Asset is one file that the program needs: the runtime library or a model.
type Asset struct {
	Name    string
	Version string
	File    string // below the folder; of an embedded model, its name in the program
	Bytes   int64
	SHA256  string // hex
	Source  string // the npm package as name@version, or "embedded"
	Licence models.Licence
	Purpose string

	model *models.Model // nil for the library
}

// List returns every asset for this platform, the library first, then the models in the order of the manifest.
func (f *Folder) List() []Asset {
	var out []Asset
	rt := f.manifest.Runtime
	if lib, ok := rt.For(f.goos, f.goarch); ok {
		p, _ := f.manifest.Package(rt.Package)
		out = append(out, Asset{
			Name: rt.Name, Version: rt.Version, File: rt.File, Bytes: lib.Source.Bytes, SHA256: lib.Source.SHA256,
			Source: p.Spec(), Licence: rt.Licence, Purpose: "Runs the models.",
		})
	}
	for _, m := range f.manifest.Models {
		a := Asset{
			Name: m.Name, Version: m.Version, File: m.File, Bytes: m.Bytes, SHA256: m.SHA256,
			Source: "embedded", Licence: m.Licence, Purpose: m.Purpose, model: &m,
		}
		if p, ok := f.manifest.Package(m.Package); ok && !m.Embedded {
			a.Source = p.Spec()
		}
		out = append(out, a)
	}
	return out
}

// Check compares one asset with the manifest. The error wraps ErrMissing or ErrDamaged.
func (f *Folder) Check(a Asset) error {
	if a.model == nil {
		_, err := f.Library()
		return err
	}
	_, _, err := f.Read(a.Name)
	return err
}

// Verify checks every asset and returns all that is wrong, joined. It takes a fraction of a second.
func (f *Folder) Verify(ctx context.Context) error {
	var errs []error
	if _, ok := f.manifest.Runtime.For(f.goos, f.goarch); !ok {
		_, err := f.Library()
		errs = append(errs, err)
	}
	for _, a := range f.List() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := f.Check(a); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
