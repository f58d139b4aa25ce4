package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"
)

// adminPolicy lets a page use its own stylesheet and forms and frame its own previews, and nothing else.
const adminPolicy = "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'self'; " +
	"frame-ancestors 'none'; base-uri 'none'"

// adminHeaders are those of everything under /admin. The referrer stays within the origin, and is sent there: with
// no-referrer browsers would write Origin: null into our own forms' posts (Fetch, "append a request Origin header").
func adminHeaders(c *gin.Context) {
	c.Header("Content-Security-Policy", adminPolicy)
	c.Header("X-Frame-Options", "DENY")
	c.Header("X-Content-Type-Options", "nosniff")
	c.Header("Referrer-Policy", "same-origin")
	c.Header("Cache-Control", "no-store")
	c.Header("X-Robots-Tag", "noindex, nofollow")
}

// visit is one request to a page: in which language, and by whom.
type visit struct {
	lang    lang
	session session // of who is logged in
	form    func(name string) string
}

// adminFunc answers one request; what it returns is answered by refuse.
type adminFunc func(c *gin.Context, v *visit) error

var errForged = errors.New("a form that this page did not make")

// visited answers the errors of h with pages.
func (a *admin) visited(h adminFunc) gin.HandlerFunc {
	return func(c *gin.Context) {
		v := &visit{lang: languageOf(c.Request)}
		if err := h(c, v); err != nil {
			a.refuse(c, v, err)
		}
	}
}

// loggedIn shows others the way to the log-in.
func (a *admin) loggedIn(h adminFunc) adminFunc {
	return func(c *gin.Context, v *visit) error {
		found, ok := a.sessionOf(c)
		if !ok {
			toLogin(c)
			return nil
		}
		v.session = found
		return h(c, v)
	}
}

// ownForm lets only posts pass that come from one of our pages in this session.
func (a *admin) ownForm(h adminFunc) adminFunc {
	return func(c *gin.Context, v *visit) error {
		if err := a.readOwnForm(c, v, v.session.nonce); err != nil {
			return err
		}
		return h(c, v)
	}
}

// readOwnForm checks by what browsers say of where a post comes from (Fetch Metadata, or the Origin header), and by
// the token that only the holder of the nonce's cookie is shown.
func (a *admin) readOwnForm(c *gin.Context, v *visit, nonce []byte) (err error) {
	if err := a.origins.Check(c.Request); err != nil {
		return errForged
	}
	if v.form, err = readForm(c); err != nil {
		return err
	}
	if len(nonce) == 0 || !a.sessions.formTokenFits(v.form("token"), nonce) {
		return errForged
	}
	return nil
}

// refuse answers an error with a page that says what to do about it.
func (a *admin) refuse(c *gin.Context, v *visit, err error) {
	status, kind := http.StatusServiceUnavailable, "later"
	switch {
	case errors.Is(err, ErrNotFound):
		status, kind = http.StatusNotFound, "unknown"
	case errors.Is(err, ErrBadCursor):
		status, kind = http.StatusBadRequest, "cursor"
	case errors.Is(err, errForm), errors.Is(err, errForged):
		status, kind = http.StatusForbidden, "forged"
		a.log.Warn("admin form refused", "route", c.FullPath(), "reason", err.Error())
	default:
		if !errors.Is(c.Request.Context().Err(), context.Canceled) {
			a.log.Error("admin page failed", "method", c.Request.Method, "route", c.FullPath(), "error", err)
		}
		c.Header("Retry-After", "5")
	}
	a.showError(c, v, status, kind)
}

// unknown answers what is under /admin and is no page; it stands before the answer that programs get elsewhere.
func (a *admin) unknown(c *gin.Context) {
	path := c.Request.URL.Path
	if c.FullPath() != "" || (path != "/admin" && !strings.HasPrefix(path, "/admin/")) {
		return
	}
	status := c.Writer.Status() // 404, or 405 with its Allow header
	c.Abort()
	adminHeaders(c)
	a.visited(a.loggedIn(func(c *gin.Context, v *visit) error {
		kind := "unknown"
		if status == http.StatusMethodNotAllowed {
			kind = "method"
		}
		a.showError(c, v, status, kind)
		return nil
	}))(c)
}

// toLogin redirects, and remembers which page was wanted. What was posted is gone: the log-in leads to the first page.
func toLogin(c *gin.Context) {
	address := "/admin/login"
	if c.Request.Method == http.MethodGet || c.Request.Method == http.MethodHead {
		if wanted := localPage(c.Request.URL.RequestURI()); wanted != "/admin" {
			address += "?next=" + url.QueryEscape(wanted)
		}
	}
	c.Redirect(http.StatusSeeOther, address)
	c.Abort()
}

// localPage is the page to go to after the log-in: one of ours, and the first one where something else is asked for,
// such as another site's.
func localPage(wanted string) string {
	const first = "/admin"
	if strings.ContainsFunc(wanted, func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f }) {
		return first
	}
	u, err := url.Parse(wanted)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" {
		return first
	}
	path := u.EscapedPath()
	if !strings.HasPrefix(path, first+"/") && path != first || strings.Contains(path, "//") {
		return first
	}
	for segment := range strings.SplitSeq(path, "/") {
		if decoded, err := url.PathUnescape(segment); err != nil || decoded == "." || decoded == ".." {
			return first
		}
	}
	if path == first+"/login" || path == first+"/logout" {
		return first
	}
	return (&url.URL{Path: u.Path, RawPath: u.RawPath, RawQuery: u.RawQuery}).String()
}
