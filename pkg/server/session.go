package server

import (
	"context"
	"net"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// Session says who is signed in.
type Session struct {
	Kind    string    `json:"kind" enum:"token,session" doc:"How the client is known."`
	Expires time.Time `json:"expires,omitzero" doc:"When the session ends; absent for a token."`
	Version string    `json:"version" doc:"The version of the server."`
}

// SessionRequest trades the token for a session cookie.
type SessionRequest struct {
	Token string `json:"token" minLength:"1" maxLength:"200" doc:"The bearer token."`
}

// Link is a link that signs a browser in, once.
type Link struct {
	URL     string    `json:"url" doc:"Open it in a browser; it works once."`
	Expires time.Time `json:"expires"`
}

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

func (s *Server) addSession(api huma.API) {
	const path = apiPrefix + "/session"
	tags := []string{"session"}
	open := []map[string][]string{}
	huma.Register(api, huma.Operation{
		OperationID: "getSession", Method: http.MethodGet, Path: path, Summary: "Who am I", Tags: tags,
	}, func(context.Context, *struct{}) (*huma.StreamResponse, error) {
		return respond(func(w http.ResponseWriter, r *http.Request) { s.whoAmI(w, r) }), nil
	})
	huma.Register(api, huma.Operation{
		OperationID: "createSession", Method: http.MethodPost, Path: path, Summary: "Trade the token for a session cookie", Tags: tags,
		Metadata: public, Security: open, MaxBodyBytes: maxBody,
	}, func(_ context.Context, in *body[SessionRequest]) (*huma.StreamResponse, error) {
		return respond(func(w http.ResponseWriter, r *http.Request) { s.signIn(w, r, in.Body.Token) }), nil
	})
	huma.Register(api, huma.Operation{
		OperationID: "deleteSession", Method: http.MethodDelete, Path: path, Summary: "Sign out", Tags: tags,
		Metadata: public, Security: open, DefaultStatus: http.StatusNoContent,
	}, func(context.Context, *struct{}) (*huma.StreamResponse, error) {
		return respond(func(w http.ResponseWriter, r *http.Request) {
			http.SetCookie(w, s.auth.forget(r))
			w.WriteHeader(http.StatusNoContent)
		}), nil
	})
	huma.Register(api, huma.Operation{
		OperationID: "createLink", Method: http.MethodPost, Path: path + "/links", Summary: "Make a link that signs a browser in, once", Tags: tags,
		MaxBodyBytes: maxBody,
	}, func(context.Context, *struct{}) (*body[Link], error) {
		return &body[Link]{Body: Link{URL: s.LoginURL(), Expires: s.auth.now().Add(codeLife).UTC()}}, nil
	})
	s.addLogin(api, tags, open)
}

// addLogin registers the address that the printed link opens.
func (s *Server) addLogin(api huma.API, tags []string, open []map[string][]string) {
	huma.Register(api, huma.Operation{
		OperationID: "redeemCode", Method: http.MethodGet, Path: "/auth", Summary: "Redeem a one-time code", Tags: tags,
		Metadata: public, Security: open,
		Responses: map[string]*huma.Response{"303": {Description: "Signed in, or back to the sign-in page"}},
	}, func(_ context.Context, in *struct {
		Code string `query:"code" maxLength:"200"`
	}) (*huma.StreamResponse, error) {
		return respond(func(w http.ResponseWriter, r *http.Request) { s.redeem(w, r, in.Code) }), nil
	})
}

// respond answers with a plain handler.
func respond(handler http.HandlerFunc) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		r, w := humago.Unwrap(ctx)
		handler(w, r)
	}}
}

func (s *Server) whoAmI(w http.ResponseWriter, r *http.Request) {
	id, _ := s.auth.identify(r)
	s.writeSession(w, Session{Kind: id.Kind, Expires: id.Expires.UTC(), Version: s.version})
}

func (s *Server) signIn(w http.ResponseWriter, r *http.Request, token string) {
	client := clientOf(r)
	if wait, locked := s.auth.locked(client); locked {
		writeProblem(w, tooMany(r.Context(), wait))
		return
	}
	cookie, ok := s.auth.exchange(token)
	if !ok {
		s.auth.guessed(client)
		writeProblem(w, refusal(r.Context(), http.StatusUnauthorized, "the token is not the one of this server"))
		return
	}
	http.SetCookie(w, cookie)
	s.writeSession(w, Session{Kind: "session", Expires: s.auth.now().Add(sessionLife).UTC(), Version: s.version})
}

func (s *Server) writeSession(w http.ResponseWriter, session Session) {
	w.Header().Set("Content-Type", "application/json")
	if err := encode(w, session); err != nil {
		s.log.Warn("session not written", "err", err)
	}
}

// redeem answers the printed link. HEAD changes nothing: previewers of links send it.
func (s *Server) redeem(w http.ResponseWriter, r *http.Request, code string) {
	if r.Method != http.MethodGet {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	client := clientOf(r)
	if wait, locked := s.auth.locked(client); locked {
		writeProblem(w, tooMany(r.Context(), wait))
		return
	}
	cookie, ok := s.auth.redeem(code)
	if !ok {
		s.auth.guessed(client)
		http.Redirect(w, r, "/login/?reason=code", http.StatusSeeOther)
		return
	}
	http.SetCookie(w, cookie)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func tooMany(ctx context.Context, wait time.Duration) *Problem {
	p := refusal(ctx, http.StatusTooManyRequests, "too many wrong attempts from this address")
	p.retryAfter = max(wait.Round(time.Second), time.Second)
	return p
}

// clientOf is the address a request comes from, without the port. Headers that
// a client can write are not asked.
func clientOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
