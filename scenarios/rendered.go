package scenarios

import "encoding/json"

// Rendered is a message as the buyer would see it: what a channel transmits
// and what the outbox keeps. Only the fields of its channel are set.
type Rendered struct {
	Channel Channel
	To      string          // e-mail address, LINE user id, or postal address in lines
	From    string          // e-mail
	Subject string          // e-mail subject, LINE alternative text, or DM headline
	HTML    string          // e-mail
	Text    string          // e-mail, DM
	Flex    json.RawMessage // LINE Flex container
	Headers [][2]string     // e-mail, in order
}
