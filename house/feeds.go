package house

import (
	"chancery/directory/feed"
)

// NewFeed is a feed to be made.
type NewFeed = feed.Feed

// FeedPicture is what a source says at a time.
type FeedPicture = feed.Picture

// FeedRun is what a feed did, or would do.
type FeedRun = feed.Run

// ParseFeedRun reads the name of a run.
func ParseFeedRun(text string) (int64, error) { return feed.ParseRun(text) }
