package handlers

import (
	"context"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

const (
	sessionCookie = "kagobell_session"
	loginCookie   = "kagobell_login" // ties the log-in form to the browser it was shown to
)

// loginWithin is how long a log-in may wait for its turn to be checked.
const loginWithin = 10 * time.Second

// loginPage is what pages/login.html shows.
type loginPage struct {
	Token, Next, User string
	Problem           string // a key of the texts; empty: none
	Minutes           int
}

func (a *admin) showLogin(c *gin.Context, v *visit) error {
	next := localPage(c.Query("next"))
	if _, already := a.sessionOf(c); already {
		c.Redirect(http.StatusSeeOther, next)
		return nil
	}
	return a.writeLogin(c, v, http.StatusOK, loginPage{Next: next})
}

func (a *admin) writeLogin(c *gin.Context, v *visit, status int, page loginPage) error {
	nonce, ok := loginNonce(c)
	if !ok {
		nonce = newNonce()
		setCookie(c, loginCookie, base64.RawURLEncoding.EncodeToString(nonce), "/admin/login", 0)
	}
	page.Token = a.sessions.formToken(nonce)
	return a.write(c, v, status, "login", page)
}

// loginNonce is what an earlier log-in form left in the browser, so that two open tabs both work.
func loginNonce(c *gin.Context) ([]byte, bool) {
	cookie, err := c.Request.Cookie(loginCookie)
	if err != nil {
		return nil, false
	}
	nonce, err := base64.RawURLEncoding.Strict().DecodeString(cookie.Value)
	return nonce, err == nil && len(nonce) == nonceLength
}

// logIn answers a wrong user and a wrong password alike. Only what could be a guess is counted.
func (a *admin) logIn(c *gin.Context, v *visit) error {
	nonce, _ := loginNonce(c)
	if err := a.readOwnForm(c, v, nonce); err != nil {
		a.log.Warn("log-in form refused", "reason", err.Error())
		return a.writeLogin(c, v, http.StatusForbidden, loginPage{Next: "/admin", Problem: "login.forged"})
	}
	page := loginPage{Next: localPage(v.form("next")), User: v.form("user")}
	client := clientOf(c.Request)
	if wait := a.limit.take(client); wait > 0 {
		c.Header("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
		a.log.Warn("log-in refused", "reason", "too many tries")
		page.Problem = "login.slow"
		return a.writeLogin(c, v, http.StatusTooManyRequests, page)
	}
	ctx, cancel := context.WithTimeout(c.Request.Context(), loginWithin)
	defer cancel()
	admitted, err := a.password.admits(ctx, page.User, v.form("password"))
	if err != nil {
		return err
	}
	if !admitted {
		a.log.Warn("log-in refused", "reason", "wrong user or password")
		page.Problem = "login.wrong"
		return a.writeLogin(c, v, http.StatusUnauthorized, page)
	}
	a.limit.giveBack(client)
	setCookie(c, loginCookie, "", "/admin/login", -1)
	setCookie(c, sessionCookie, a.sessions.value(a.sessions.begin()), "/admin", int(sessionLasts/time.Second))
	a.log.Info("logged in")
	c.Redirect(http.StatusSeeOther, page.Next)
	return nil
}

// logOut takes the cookie away. A copy of it, if there is one, stays good until it expires: nothing is kept here that
// could forget it. A new password ends it at once.
func (a *admin) logOut(c *gin.Context, _ *visit) error {
	setCookie(c, sessionCookie, "", "/admin", -1)
	c.Redirect(http.StatusSeeOther, "/admin/login")
	return nil
}

func (a *admin) sessionOf(c *gin.Context) (session, bool) {
	for _, cookie := range c.Request.CookiesNamed(sessionCookie) {
		if found, ok := a.sessions.read(cookie.Value); ok {
			return found, true
		}
	}
	return session{}, false
}

// setCookie keeps cookies from scripts and from other sites' posts. Links from elsewhere still find a session (Lax).
func setCookie(c *gin.Context, name, value, path string, maxAge int) {
	http.SetCookie(c.Writer, &http.Cookie{
		Name: name, Value: value, Path: path, MaxAge: maxAge,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: overTLS(c.Request),
	})
}

// overTLS believes a proxy that the browser came by https. To lie about it only costs the liar a cookie.
func overTLS(r *http.Request) bool {
	first, _, _ := strings.Cut(r.Header.Get("X-Forwarded-Proto"), ",")
	return r.TLS != nil || strings.EqualFold(strings.TrimSpace(first), "https")
}
