package handlers

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
)

// queuesPath is where Asynqmon is told that it stands.
const queuesPath = "/admin/queues"

// queuesPolicy is as strict as Asynqmon's page can bear: its scripts are inline, and its styles are made by them. It
// asks Google for two fonts that it can do without; nobody is told who looks at these queues.
const queuesPolicy = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data:; connect-src 'self'; manifest-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"

// mountQueues puts Asynqmon behind the log-in. It has none of its own, and its buttons can block Redis: nothing but
// reading gets through, whatever it would allow itself.
func (a *admin) mountQueues(engine *gin.Engine, queues http.Handler) {
	if queues == nil {
		return
	}
	show := a.visited(func(c *gin.Context, v *visit) error {
		found, ok := a.sessionOf(c)
		switch {
		case !ok && strings.HasPrefix(c.Request.URL.Path, queuesPath+"/api/"):
			c.AbortWithStatus(http.StatusUnauthorized) // asked by its script, which can't log in
			return nil
		case !ok:
			toLogin(c)
			return nil
		case c.Request.Method != http.MethodGet && c.Request.Method != http.MethodHead:
			v.session = found
			c.Header("Allow", "GET, HEAD")
			a.showError(c, v, http.StatusMethodNotAllowed, "method")
			return nil
		}
		// Asynqmon knows GET alone; the server sends no body with the answer to a HEAD.
		request := c.Request.Clone(c.Request.Context())
		request.Method = http.MethodGet
		c.Header("Content-Security-Policy", queuesPolicy)
		c.Header("Referrer-Policy", "no-referrer")
		queues.ServeHTTP(c.Writer, request)
		return nil
	})
	engine.Any(queuesPath, adminHeaders, show)
	engine.Any(queuesPath+"/*path", adminHeaders, show)
}
