// Package chaos breaks what Kagobell stands on, at moments that a seed chooses, and looks afterwards whether its
// promises held. It has no code but tests: `make chaos` runs all of it, `make test` a short form.
//
//	shop (signed webhooks) ─► kagobell serve ─► proxy ─► MariaDB
//	                          (the real binary)  proxy ─► Redis
//	                                        └──► SMTP server, LINE server: write down each acceptance
//
// Nothing in the program knows of it: the proxies kill at a COMMIT, the SMTP server behind its own 250, and triggers in
// the database of a fault keep the history of claims. At the end of each fault what was answered 2xx, what the database
// says and what was accepted are held against each other (invariants_test.go).
package chaos
