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
//
// # Templates
//
// A message is a few words in a layout that all messages share. The words of a
// template NAME are in one file for each channel, with an English one beside it
// (buyers whose locale begins with "en") where .en stands before the channel:
//
//	NAME.txt       e-mail   subject, preheader, button, why
//	NAME.line.txt  LINE     alt, title, button, why
//	NAME.dm.txt    letter   headline
//
// Such a file begins with its fields, one a line (the first is required; lines
// that begin with # are notes), then an empty line, then the words. Paragraphs
// are divided by empty lines; a line of three dashes divides what stands before
// the items from what stands after. All of it is Go's text/template:
//
//	subject: 入荷のお知らせ（{{short 30 .Lead.Name}}{{.Others}}）
//	button: 商品を確認する
//	why: お気に入りに登録されたお客様へお送りしています。
//
//	お気に入りの商品が入荷いたしました。
//	---
//	数に限りがございます。
//
// NAME.html, html/template, takes the place of the words and items in an
// e-mail's HTML part, and NAME.line.json that of the whole LINE bubble; NAME.txt
// and NAME.line.txt still hold the fields and the text. The layouts themselves
// are _layout.html, _layout.txt, _layout.line.json and _layout.dm.txt; any other
// _FILE holds parts to be included. A shop's file replaces the built-in one of
// the same name. What templates see is documented at the type view, and what
// they call at functionSet; both in docs/templates.md. Nothing of it acts, and
// every template comes to an end: see stopwatch and withTicks.
package channels
