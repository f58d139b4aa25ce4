package handlers

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"kagobell/scenarios"
)

// AdminOptions are what the pages under /admin need beside what the API does. Without a user, a password hash and a
// key there are no such pages.
type AdminOptions struct {
	User         string
	PasswordHash string // argon2id or bcrypt
	SigningKey   []byte // shared by all replicas: sessions begun on one go on on another
	PublicURL    string // by which browsers reach Kagobell, where that differs from the Host they send; may be empty
	AllPaused    bool   // the configured stop of everything
	Catalogue    Catalogue
	Outbox       Outbox
	Directory    Directory
	Queues       http.Handler // Asynqmon with RootPath /admin/queues, read-only; nil: none
}

// Catalogue knows the scenarios that are defined.
type Catalogue interface {
	// Definitions lists the newest versions, those switched off too, in the order in which people should see them.
	Definitions() []*scenarios.Definition
	// Paused names the scenarios that are paused.
	Paused(ctx context.Context) (map[string]bool, error)
}

// admin answers /admin: pages on which marketers read results and admins see what happens. They are rendered here and
// work without a line of JavaScript.
type admin struct {
	buyers    Buyers
	reports   Reports
	letters   DeadLetters
	dm        DMBatches
	hot       HotList
	switches  ScenarioSwitch
	tracker   Tracker
	ingest    Ingester
	replayer  *Replayer
	catalogue Catalogue
	outbox    Outbox
	directory Directory
	allPaused bool
	user      string

	sessions *sessions
	password *passwordCheck
	limit    *triesLimit
	origins  *http.CrossOriginProtection
	layouts  layouts
	zone     *time.Location
	now      func() time.Time
	log      *slog.Logger
}

func newAdmin(o Options, posts *webhooks) *admin {
	a := &admin{
		buyers: o.Buyers, reports: o.Reports, letters: o.DeadLetters, dm: o.DM, hot: o.HotList, switches: o.Scenarios,
		tracker: o.Tracker, ingest: o.Ingest, replayer: newReplayer(o, posts), catalogue: o.Admin.Catalogue, outbox: o.Admin.Outbox, directory: o.Admin.Directory,
		allPaused: o.Admin.AllPaused, user: o.Admin.User,
		sessions: newSessions(o.Admin, o.Now), password: newPasswordCheck(o.Admin.User, o.Admin.PasswordHash),
		limit: newTriesLimit(o.Now), origins: http.NewCrossOriginProtection(),
		zone: o.Zone, now: o.Now, log: o.Log,
	}
	if u, err := url.Parse(o.Admin.PublicURL); err == nil && u.Host != "" {
		if err := a.origins.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
			a.log.Warn("public URL is no origin that forms can come from", "error", err)
		}
	}
	a.layouts = a.newLayouts()
	return a
}

// mountAdmin adds the pages.
func mountAdmin(engine *gin.Engine, o Options, posts *webhooks) {
	if o.Admin.User == "" || o.Admin.PasswordHash == "" || len(o.Admin.SigningKey) == 0 {
		return
	}
	a := newAdmin(o, posts)
	engine.Use(a.unknown)

	open := engine.Group("/admin", adminHeaders, within(answerWithin))
	onGet(open, "/login", a.visited(a.showLogin))
	open.POST("/login", a.visited(a.logIn))

	closed := engine.Group("/admin", adminHeaders, within(answerWithin))
	for path, show := range map[string]adminFunc{
		"":                  a.showResults,
		"/":                 redirectHome,
		"/outbox":           a.listOutbox,
		"/outbox/:id":       a.showOutbox,
		"/outbox/:id/body":  a.showBody,
		"/runs":             a.listRuns,
		"/messages":         a.listMessages,
		"/buyers":           a.listBuyers,
		"/buyers/:id":       a.showBuyer,
		"/scenarios":        a.listScenarios,
		"/dead-letters":     a.listDeadLetters,
		"/dead-letters/:id": a.showDeadLetter,
		"/dm":               a.listBatches,
		"/hot-list":         a.listHot,
	} {
		onGet(closed, path, a.visited(a.loggedIn(show)))
	}
	for path, change := range map[string]adminFunc{
		"/logout":                   a.logOut,
		"/scenarios/:name/pause":    a.switchScenario(true),
		"/scenarios/:name/resume":   a.switchScenario(false),
		"/dead-letters/:id/replay":  a.replay,
		"/dead-letters/:id/dismiss": a.dismiss,
		"/hot-list/:key/reject":     a.rejectLead,
	} {
		closed.POST(path, a.visited(a.loggedIn(a.ownForm(change))))
	}
	downloads := engine.Group("/admin", adminHeaders, within(downloadWithin))
	onGet(downloads, "/dm/:file", a.visited(a.loggedIn(a.downloadBatch)))
	onGet(downloads, "/hot-list.csv", a.visited(a.loggedIn(a.downloadHot)))
	a.mountQueues(engine, o.Admin.Queues)
}

func onGet(group *gin.RouterGroup, path string, handler gin.HandlerFunc) {
	group.GET(path, handler)
	group.HEAD(path, handler)
}

func redirectHome(c *gin.Context, _ *visit) error {
	c.Redirect(http.StatusPermanentRedirect, "/admin")
	return nil
}
