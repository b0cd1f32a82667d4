package mail

import (
	"context"

	"chancery/store"
)

// Outbound are the settings of the queue. Zero values mean the documented default.
type Outbound struct {
	Routes map[string]string // domain -> host:port, instead of MX
}

func (r *Room) wakeQueue() {}

func (r *Room) successReport(ctx context.Context, in Incoming, l *Letter) ([]*store.Staged, func(tx *store.Tx) error, error) {
	return nil, nil, nil
}
