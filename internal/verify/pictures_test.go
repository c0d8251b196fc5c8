package verify

import (
	"bytes"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bonafide/internal/kyc"
	"bonafide/internal/onnx/onnxtest"
	"bonafide/internal/policy"
	"bonafide/internal/specimen"
)

// realEngine is one engine for all tests of the package.
func realEngine(t *testing.T) *Engine {
	t.Helper()
	rt := onnxtest.Open(t)
	engineOnce.Do(func() { sharedEngine, errEngine = NewEngine(rt, time.Now) })
	if errEngine != nil {
		t.Fatal(errEngine)
	}
	return sharedEngine
}

var (
	engineOnce   sync.Once
	sharedEngine *Engine
	errEngine    error
)

// pictures are the files of one person who does not exist, drawn once.
func pictures(t *testing.T) map[string][]byte {
	t.Helper()
	out, err := drawn()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

var drawn = sync.OnceValues(func() (map[string][]byte, error) {
	dir, err := os.MkdirTemp("", "bonafide-test-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // of the temporary folder
	if _, err := specimen.WriteSet(dir, 7, specimen.Profile{Reference: today}); err != nil {
		return nil, err
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	out := map[string][]byte{}
	for _, f := range files {
		if out[f.Name()], err = os.ReadFile(filepath.Join(dir, f.Name())); err != nil {
			return nil, err
		}
	}
	return out, nil
})

func recompressed(t *testing.T, picture []byte, quality int) []byte {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestPicturesToApproval is the whole way of a person who makes every mistake
// once, with the models and the policy that are shipped.
func TestPicturesToApproval(t *testing.T) {
	t.Parallel()
	engine := realEngine(t)
	pol, err := policy.Standard()
	if err != nil {
		t.Fatal(err)
	}
	l, set := newLab(t, pol, engine), pictures(t)
	c := l.open()

	refused := func(name string, item kyc.Item, content []byte, want ...kyc.Code) {
		t.Helper()
		o, err := l.Submit(t.Context(), c.ID, item, "", content)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, w := range want {
			if !slices.ContainsFunc(o.Findings, func(f kyc.Finding) bool { return f.Code == w && f.Item == item }) {
				t.Errorf("%s: found %v, want %s", name, told(o.Findings), w)
			}
		}
		if o.Accepted || o.Submission != "" {
			t.Errorf("%s: was accepted", name)
		}
	}
	accepted := func(name string, item kyc.Item, content []byte) {
		t.Helper()
		o, err := l.Submit(t.Context(), c.ID, item, "", content)
		if err != nil || !o.Accepted || len(o.Findings) > 0 {
			t.Fatalf("%s: %v, %v", name, told(o.Findings), err)
		}
	}

	refused("a text", kyc.DocumentFront, []byte("I am not a picture."), kyc.DocFileUnreadable)
	refused("nothing", kyc.Face, nil, kyc.FaceFileUnreadable)
	refused("half a picture", kyc.DocumentFront, set["passport.jpg"][:len(set["passport.jpg"])/3], kyc.DocFileUnreadable)
	refused("blurred", kyc.DocumentFront, set["passport-blurred.jpg"], kyc.DocBlurry)
	refused("blurred, again", kyc.DocumentFront, set["passport-blurred.jpg"], kyc.DocSamePicture, kyc.DocBlurry)
	refused("blurred, recompressed", kyc.DocumentFront, recompressed(t, set["passport-blurred.jpg"], 50), kyc.DocSamePicture)
	refused("a dark selfie", kyc.Face, set["selfie-dark.jpg"], kyc.FaceDark)
	refused("a passport's page without a face", kyc.Face, set["card-back.jpg"], kyc.FaceNotFound)
	if l.files() != 0 || l.jobs(c.ID) != 0 {
		t.Errorf("refusals left %d files and %d jobs", l.files(), l.jobs(c.ID))
	}
	accepted("the passport", kyc.DocumentFront, set["passport.jpg"])
	accepted("somebody else's selfie", kyc.Face, set["other-person.jpg"])
	accepted("details with two slips", kyc.Details, set["details-typo.json"])
	for _, i := range l.read(c.ID).Items {
		if i.Attempts != 0 {
			t.Errorf("%s: refusals used %d attempts", i.Item, i.Attempts)
		}
	}

	c = l.check(c.ID)
	codes := told(c.Findings)
	if c.State != kyc.ActionRequired || !slices.Contains(codes, "face.mismatch@face") || !slices.Contains(codes, "details.number_mismatch@details") ||
		!slices.Contains(codes, "details.name_mismatch@details") || slices.ContainsFunc(codes, func(s string) bool { return strings.HasPrefix(s, "document.") }) {
		t.Fatalf("the case is %s with %v", c.State, codes)
	}
	refused("the other face again, recompressed", kyc.Face, recompressed(t, set["other-person.jpg"], 85), kyc.FaceSamePicture, kyc.FaceMismatch)
	accepted("the right selfie", kyc.Face, set["selfie.jpg"])
	accepted("the right details", kyc.Details, set["details.json"])
	// Two persons stood before the camera, so a person looks at it.
	l.wants(l.check(c.ID), kyc.InReview, "details.changed_between_attempts@face")
	c, err = l.Review(t.Context(), c.ID, "rev_1", kyc.Approved, nil)
	if err != nil {
		t.Fatal(err)
	}
	l.wants(c, kyc.Approved)

	// Evidence lies sealed: nothing of the pictures is in the files.
	err = filepath.WalkDir(l.folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, set["selfie.jpg"][:64]) || bytes.Contains(b, []byte{0xFF, 0xD8, 0xFF, 0xDB}) {
			t.Errorf("%s holds a picture", d.Name())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestCardNeedsItsBack: the front alone leads to a request for the back alone,
// and with it the case is decided.
func TestCardNeedsItsBack(t *testing.T) {
	t.Parallel()
	engine := realEngine(t)
	pol, err := policy.Standard()
	if err != nil {
		t.Fatal(err)
	}
	l, set := newLab(t, pol, engine), pictures(t)
	c := l.open()
	for item, file := range map[kyc.Item]string{kyc.DocumentFront: "card-front.jpg", kyc.Face: "selfie.jpg", kyc.Details: "details-card.json"} {
		if o, err := l.Submit(t.Context(), c.ID, item, "", set[file]); err != nil || !o.Accepted {
			t.Fatalf("%s: %v, %v", file, told(o.Findings), err)
		}
	}
	c = l.check(c.ID)
	if c.State == kyc.ActionRequired {
		l.wants(c, kyc.ActionRequired, "document.back_missing@document_back")
		if o, err := l.Submit(t.Context(), c.ID, kyc.DocumentBack, "", set["card-back.jpg"]); err != nil || !o.Accepted {
			t.Fatalf("%v, %v", told(o.Findings), err)
		}
		c = l.check(c.ID)
	}
	l.wants(c, kyc.Approved)
}
