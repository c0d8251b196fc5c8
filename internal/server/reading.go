package server

import (
	"context"

	"bonafide/api"
	"bonafide/internal/kyc"
)

func (s *server) reading(ctx context.Context, in *CasePath) (*struct{ Body api.Reading }, error) {
	id, err := s.reach(ctx, *in)
	if err != nil {
		return nil, err
	}
	read, err := s.actor(ctx).Reading(ctx, id)
	if err != nil {
		return nil, s.explain("read the document", err)
	}
	out := api.Reading{Fields: []api.ReadField{}}
	for _, f := range kyc.DetailFields() {
		if v, ok := read[f]; ok {
			out.Fields = append(out.Fields, api.ReadField{Field: string(f), Value: v})
		}
	}
	return &struct{ Body api.Reading }{out}, nil
}
