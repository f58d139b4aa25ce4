package channels

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"
)

// linePeer stands in for the LINE Messaging API: it refuses what LINE refuses,
// remembers retry keys, and answers as it is told.
type linePeer struct {
	t      *testing.T
	server *httptest.Server

	mu       sync.Mutex
	answers  []lineAnswer      // used up in order; then everything is accepted
	accepted map[string]string // retry key -> request id
	requests []lineRequest
	pushed   []lineRequest // those accepted, each once
}

type lineAnswer struct {
	status int
	header map[string]string
	body   string
	keep   bool // accepts the message and answers this all the same
	cut    bool // accepts and breaks the connection
}

type lineRequest struct {
	key  string
	body []byte
	To   string `json:"to"`
	Msgs []struct {
		Type     string          `json:"type"`
		AltText  string          `json:"altText"`
		Contents json.RawMessage `json:"contents"`
	} `json:"messages"`
}

const lineToken = "a channel access token"

func newLinePeer(t *testing.T, answers ...lineAnswer) *linePeer {
	p := &linePeer{t: t, answers: answers, accepted: map[string]string{}}
	p.server = httptest.NewServer(p)
	t.Cleanup(p.server.Close)
	return p
}

func (p *linePeer) options() *Line {
	return &Line{ChannelAccessToken: lineToken, Endpoint: p.server.URL}
}

func (p *linePeer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		p.t.Errorf("body: %v", err)
	}
	request := lineRequest{key: r.Header.Get("X-Line-Retry-Key"), body: body}
	if problem := p.check(r, &request); problem != "" {
		p.t.Errorf("LINE would refuse: %s", problem)
		writeLine(w, lineAnswer{status: 400, body: fmt.Sprintf(`{"message":%q}`, problem)}, "")
		return
	}
	p.requests = append(p.requests, request)
	id := fmt.Sprintf("123e4567-e89b-12d3-a456-42665544%04d", len(p.requests))
	if first, known := p.accepted[request.key]; known {
		writeLine(w, lineAnswer{status: 409, header: map[string]string{"X-Line-Accepted-Request-Id": first},
			body: `{"message":"The retry key is already accepted"}`}, id)
		return
	}
	answer := lineAnswer{status: 200, body: `{"sentMessages":[{"id":"461230966842064897","quoteToken":"q"}]}`}
	accept := true
	if len(p.answers) > 0 {
		answer, p.answers = p.answers[0], p.answers[1:]
		accept = answer.keep || answer.cut
	}
	if accept {
		p.accepted[request.key] = id
		p.pushed = append(p.pushed, request)
	}
	if answer.cut {
		panic(http.ErrAbortHandler)
	}
	writeLine(w, answer, id)
}

func writeLine(w http.ResponseWriter, a lineAnswer, id string) {
	w.Header().Set("X-Line-Request-Id", id)
	for name, value := range a.header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body)
}

var uuid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

func (p *linePeer) check(r *http.Request, request *lineRequest) string {
	switch {
	case r.Method != http.MethodPost || r.URL.Path != "/v2/bot/message/push":
		return r.Method + " " + r.URL.Path
	case r.Header.Get("Authorization") != "Bearer "+lineToken:
		return "no token"
	case !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json"):
		return "content type " + r.Header.Get("Content-Type")
	case !uuid.MatchString(request.key):
		return "retry key " + request.key
	}
	if err := json.Unmarshal(request.body, request); err != nil {
		return err.Error()
	}
	if len(request.Msgs) < 1 || len(request.Msgs) > 5 || request.To == "" {
		return "messages or to"
	}
	for _, m := range request.Msgs {
		if units := len(utf16.Encode([]rune(m.AltText))); m.Type != "flex" || units == 0 || units > 1500 {
			return fmt.Sprintf("a %s message with an altText of %d", m.Type, units)
		}
		var container map[string]any
		if err := json.Unmarshal(m.Contents, &container); err != nil {
			return err.Error()
		}
		if problem := flexProblem(container, "contents"); problem != "" {
			return problem
		}
	}
	return ""
}

// flexProblem finds what the Flex reference forbids, of what we use.
func flexProblem(v any, at string) string {
	switch v := v.(type) {
	case []any:
		for i, child := range v {
			if problem := flexProblem(child, fmt.Sprintf("%s[%d]", at, i)); problem != "" {
				return problem
			}
		}
	case map[string]any:
		if problem := flexComponent(v, at); problem != "" {
			return problem
		}
		for key, child := range v {
			if problem := flexProblem(child, at+"."+key); problem != "" {
				return problem
			}
		}
	}
	return ""
}

func flexComponent(v map[string]any, at string) string {
	kind, _ := v["type"].(string)
	text := func(key string) string { s, _ := v[key].(string); return s }
	switch kind {
	case "bubble", "carousel", "separator":
	case "box":
		if contents, ok := v["contents"].([]any); !ok || len(contents) == 0 || text("layout") == "" {
			return at + ": an empty box"
		}
	case "text":
		if text("text") == "" {
			return at + ": text may not be empty"
		}
	case "image":
		if !strings.HasPrefix(text("url"), "https://") || len(text("url")) > 2000 {
			return at + ": image " + text("url")
		}
	case "button":
		action, ok := v["action"].(map[string]any)
		if label, _ := action["label"].(string); !ok || label == "" || len([]rune(label)) > 20 {
			return at + ": button without a good label"
		}
	case "uri":
		u, err := url.Parse(text("uri"))
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || len(text("uri")) > 1000 {
			return at + ": uri " + text("uri")
		}
	default:
		return at + ": unknown type " + kind
	}
	return ""
}
