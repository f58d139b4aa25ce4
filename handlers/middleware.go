package handlers

import (
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"time"

	"github.com/gin-gonic/gin"
)

// authenticate is the WWW-Authenticate header of every 401 (RFC 6750 section 3).
const authenticate = `Bearer realm="kagobell"`

// pagePolicy lets a page use its own stylesheet and forms and show the shop's pictures, and nothing else.
const pagePolicy = "default-src 'none'; style-src 'self'; img-src 'self' https: http: data:; form-action 'self'; " +
	"frame-ancestors 'none'; base-uri 'none'"

// observed measures every request, and turns a panic into a 500 that gives nothing away.
func observed(metrics *Metrics, log *slog.Logger, now func() time.Time) gin.HandlerFunc {
	return func(c *gin.Context) {
		began := now()
		defer func() {
			if cause := recover(); cause != nil {
				log.Error("panic", "method", c.Request.Method, "route", c.FullPath(), "cause", cause, "stack", string(debug.Stack()))
				answerPanic(c)
			}
			metrics.observe(methodLabel(c.Request.Method), routeLabel(c), now().Sub(began))
		}()
		c.Header("X-Content-Type-Options", "nosniff")
		c.Next()
	}
}

// answerPanic leaves an answer alone that has begun already.
func answerPanic(c *gin.Context) {
	if c.Writer.Written() {
		c.Abort()
		return
	}
	writeProblem(c, problem(http.StatusInternalServerError, "an error in Kagobell; it is in the log"))
}

// routeLabel keeps what anybody may ask for out of the figures.
func routeLabel(c *gin.Context) string {
	if route := c.FullPath(); route != "" {
		return route
	}
	return "none"
}

func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodDelete:
		return method
	}
	return "other"
}

// page sets the headers of everything that is shown in a browser. Addresses hold tokens: no cache keeps them, no
// other site is told of them, no search engine lists them.
func page(c *gin.Context) {
	c.Header("Content-Security-Policy", pagePolicy)
	c.Header("X-Frame-Options", "DENY")
	c.Header("Referrer-Policy", "no-referrer")
	c.Header("Cache-Control", "no-store")
	c.Header("X-Robots-Tag", "noindex, nofollow")
}

// authorised lets only those with an API token pass.
func authorised(tokens *Tokens) gin.HandlerFunc {
	return func(c *gin.Context) {
		token, given := bearer(c.Request.Header)
		switch {
		case !given:
			writeProblem(c, problem(http.StatusUnauthorized, "expected Authorization: Bearer with an API token").
				with("WWW-Authenticate", authenticate))
		case !tokens.holds(token):
			writeProblem(c, problem(http.StatusUnauthorized, errWrongToken.Error()).
				with("WWW-Authenticate", authenticate+`, error="invalid_token"`))
		default:
			c.Header("Cache-Control", "no-store")
		}
	}
}

// pathValue is a parameter of the path, unescaped once. Gin would unescape it as a query, where + is a blank.
func pathValue(c *gin.Context, name string) string {
	raw := c.Param(name)
	value, err := url.PathUnescape(raw)
	if err != nil {
		return raw
	}
	return value
}
