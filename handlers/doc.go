// Package handlers is HTTP in: webhooks, tracking links, the preference page, the JSON API,
// the admin pages and the probes.
//
//	POST /webhooks/{source} -> adapter: verify, read -> Ingester -> 202 once all of it is on disk
//	GET  /t/o, /t/c         -> Tracker                -> pixel, or a redirect to the stored address
//	     /u/{token}         -> Ingester               -> opt-outs are events like any other
//	     /api/…             -> Buyers, Reports, …     -> described in openapi.yaml, which a test holds to the router
//	     /admin/…           -> sessions, pages/*.html -> what marketers read and admins watch
//
// It knows neither the database nor the channels: what it needs it declares as small interfaces beside the handlers
// that use them. Handlers return an error; problem.go alone decides what a client is told about it.
package handlers
