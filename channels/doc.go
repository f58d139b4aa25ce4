// Package channels turns a claimed message into what a buyer sees, and hands
// it to whoever carries it: an SMTP server, LINE, or the outbox.
//
//	scenarios.Delivery
//	      |  Renderer: words (NAME.txt, …) in a shared layout (_layout.…)
//	      v
//	scenarios.Rendered
//	      |  Sender: send_only_to, then one of
//	      +--> mailer   (a bounded pool of warm SMTP connections)
//	      +--> lineAPI  (push with a retry key)
//	      +--> Keeper   (the outbox: kept instead of sent)
//	      v
//	scenarios.Outcome   (sent, temporary, permanent or released, with a reason)
//
// Nothing here decides whether a message is sent: that was decided when it was
// claimed. Nothing half-rendered leaves. Letters (DM) are not transmitted: they
// are exported from their batch by WriteDM.
package channels
