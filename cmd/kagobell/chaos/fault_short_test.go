package chaos

import "time"

// shortStory is the short form: what takes no minutes to heal, one after the other in one database.
func shortStory(r *rig) {
	s := r.killAtCommit(r.start())
	const far = 300
	r.armFar(far)
	look := r.sameEvent()
	r.postHostile(s, 1)
	living := r.shop.liveBeside(r.shop.plan(60, time.Second))
	r.flush()
	began := time.Now()
	r.cutDatabase(2)
	living.Wait()
	r.awaitArmed(far, began) // and with them the alarm that died with the second crash
	r.settle(patience)
	r.check()
	look()
	r.tally.want(r.tally.doubled == 0, "%d messages went twice: no crash was behind a claim", r.tally.doubled)
	r.checkQueues()
	r.stop(s)
}
