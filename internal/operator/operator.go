// Package operator reads the one file in which an operator says who they are: their
// name, the channels that are theirs, how the applicant's page looks, and which of
// their own pages may show it or get people back.
//
// It promises that what it returns can be used as it is: every pair of colours that
// stands on each other on the page can be read (WCAG 2.2, AA), a logo is a small
// picture that runs and fetches nothing, and an origin is exactly one. It serves
// nothing itself.
package operator

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"bonafide/internal/support"
)

// Operator is who runs this installation. The zero value is somebody who has not
// said anything of themselves.
type Operator struct {
	support.Channels `yaml:",inline"`

	Look Look `yaml:"look"`
	// ReturnTo are the origins to which applicants may be sent back, as
	// https://shop.example.org.
	ReturnTo []string `yaml:"return_to"`
	// EmbedIn are the origins whose pages may show the applicant's page in a frame.
	EmbedIn []string `yaml:"embed_in"`
}

// maxBytes bounds the file.
const maxBytes = 1 << 20

// Load reads the operator's file. Files that it names stand beside it.
func Load(path string) (Operator, error) {
	text, err := read(path, maxBytes)
	if err != nil {
		return Operator{}, err
	}
	o, err := Parse(text, func(name string) ([]byte, error) {
		if !filepath.IsLocal(name) {
			return nil, errors.New("must lie beside this file or below it")
		}
		return read(filepath.Join(filepath.Dir(path), name), maxLogo)
	})
	if err != nil {
		return Operator{}, fmt.Errorf("%s: %w", path, err)
	}
	return o, nil
}

// read reads a file, and of one that is larger than most one byte more.
func read(path string, most int64) ([]byte, error) {
	f, err := os.Open(path) //nolint:gosec // the operator names it
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	return io.ReadAll(io.LimitReader(f, most+1))
}

// Parse reads the text of an operator's file, strictly; open reads a file that it
// names.
func Parse(text []byte, open func(name string) ([]byte, error)) (Operator, error) {
	var o Operator
	if len(text) > maxBytes {
		return o, fmt.Errorf("larger than %d bytes", maxBytes)
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&o); err != nil {
		return o, err
	}
	var err error
	if o.Channels, err = o.Checked(); err != nil {
		return o, err
	}
	for _, list := range []struct {
		key     string
		origins []string
	}{{"return_to", o.ReturnTo}, {"embed_in", o.EmbedIn}} {
		for k, x := range list.origins {
			if list.origins[k], err = origin(x); err != nil {
				return o, fmt.Errorf("%s: %q %w", list.key, x, err)
			}
		}
	}
	if err := o.Look.check(open); err != nil {
		return o, fmt.Errorf("look: %w", err)
	}
	return o, nil
}

// origin is an origin as browsers write it. Nothing stands for several: a list of
// every page below a domain would be as good as its weakest one.
func origin(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.HasSuffix(text, "#") {
		return "", errors.New("must be an origin alone, as https://shop.example.org")
	}
	local := u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1" || u.Hostname() == "::1"
	if u.Scheme != "https" && (u.Scheme != "http" || !local) {
		return "", errors.New("must begin with https:// (http:// on this machine alone)")
	}
	host, err := support.Host(u.Hostname())
	if err != nil || strings.ContainsAny(host, "*;,' \"") {
		return "", errors.New("must name one host")
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if p := u.Port(); p != "" && (u.Scheme != "https" || p != "443") && (u.Scheme != "http" || p != "80") {
		host += ":" + p
	}
	return u.Scheme + "://" + host, nil
}

// maxReturn and maxState bound what an integrator gives for the way back.
const (
	maxReturn = 1000
	maxState  = 500
)

// MayReturn says what is wrong with an address to which somebody is to be sent back;
// nil when nothing is.
func (o Operator) MayReturn(address, state string) error {
	if len(o.ReturnTo) == 0 {
		return errors.New("this server sends nobody back: its operator lists no origin in return_to")
	}
	u, err := url.Parse(address)
	if err != nil || len(address) > maxReturn || u.Host == "" || u.User != nil || u.Fragment != "" || strings.ContainsAny(address, "\\ \t\r\n#") {
		return fmt.Errorf("return_url must be an address of at most %d characters without a #, as https://shop.example.org/verified", maxReturn)
	}
	own, err := origin(u.Scheme + "://" + u.Host)
	if err != nil || !slices.Contains(o.ReturnTo, own) {
		return errors.New("return_url is at none of the origins that the operator lists in return_to")
	}
	for _, name := range []string{"case", "state"} {
		if u.Query().Has(name) {
			return fmt.Errorf("return_url must not have a parameter %s: it is added", name)
		}
	}
	if len(state) > maxState {
		return fmt.Errorf("return_state has more than %d bytes", maxState)
	}
	return nil
}

// Back is the address to which somebody is sent back, with what tells the integrator
// who it is; "" where they may not be sent there (any more). It holds no secret and no
// result: whoever has it can change it.
func (o Operator) Back(address, state, caseID string) string {
	if address == "" || o.MayReturn(address, state) != nil {
		return ""
	}
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	q := u.Query()
	q.Set("case", caseID)
	if state != "" {
		q.Set("state", state)
	}
	u.RawQuery = q.Encode()
	return u.String()
}
