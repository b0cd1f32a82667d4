package house

import (
	"context"
	"net/http"
	"time"

	httpdoor "chancery/doors/http"
	"chancery/drive"
	"chancery/kit/conf"
	"chancery/policy"
)

// ParcelSettings are those of large files by link.
type ParcelSettings struct {
	On         bool          `toml:"on" default:"true" doc:"Let people send files that are too large for a letter as a link."`
	MaxFile    conf.Size     `toml:"max_file" default:"10GB" doc:"Largest of these files."`
	MaxFiles   int           `toml:"max_files" default:"50" doc:"Files behind one link."`
	Space      conf.Size     `toml:"space" default:"20GB" doc:"What the open links and unfinished uploads of one account hold together. It is apart from the mailbox."`
	Days       int           `toml:"days" default:"14" doc:"After how many days a link expires whose sender says nothing."`
	MaxDays    int           `toml:"max_days" default:"90" doc:"For how many days a sender may leave a link open."`
	KeepDays   int           `toml:"keep_days" default:"90" doc:"For how many days a link that is over stays in its sender's list, with the record of who fetched what."`
	MaxParcels int           `toml:"max_links" default:"1000" doc:"Links in the list of one account."`
	MaxUploads int           `toml:"max_uploads" default:"50" doc:"Files of one account that are on their way at once."`
	UploadLife time.Duration `toml:"upload_life" default:"24h" doc:"After what time without a byte an unfinished upload is given up."`
}

func (h *House) driveConfig() drive.Config {
	p, s := h.conf.Parcels, h.Mail.Secrecy()
	return drive.Config{Off: !p.On, MaxFile: int64(p.MaxFile), MaxFiles: p.MaxFiles, Space: int64(p.Space), Days: p.Days, MaxDays: p.MaxDays, KeepDays: p.KeepDays,
		MaxParcels: p.MaxParcels, MaxUploads: p.MaxUploads, UploadLife: p.UploadLife,
		Secrecy: drive.Secrecy{Ladder: s.Ladder, Required: s.Required, Outside: s.Outside}, Changed: h.Mail.Wake}
}

// driveWeb answers what the drive asks of the HTTP door.
type driveWeb struct{ door func() *httpdoor.Door }

func (driveWeb) Subject(r *http.Request) (policy.Subject, error) { return who(r.Context()) }

func (driveWeb) Stands(ctx context.Context) error { return httpdoor.Recheck(ctx) }

func (w driveWeb) Visitor(r *http.Request) drive.Visitor {
	v := drive.Visitor{Peer: w.door().PeerOf(r)}
	// Whoever is not signed in, or not any more, is a stranger like others.
	if s, err := w.door().SessionOf(r); err == nil {
		v.Subject = s.Subject
	}
	return v
}

func (w driveWeb) Secure(r *http.Request) bool { return w.door().IsTLS(r) }

func (driveWeb) Problem(w http.ResponseWriter, err error) { httpdoor.Problem(w, err) }

// driveRoutes are the addresses of uploads and of links.
func (h *House) driveRoutes(door func() *httpdoor.Door) (list []httpdoor.Route) {
	web := driveWeb{door}
	for _, r := range h.Drive.Uploads(web) {
		list = append(list, httpdoor.Route{Pattern: r.Pattern, Handler: r.Handler})
	}
	for _, r := range h.Drive.Pages(web) {
		list = append(list, httpdoor.Route{Pattern: r.Pattern, Access: httpdoor.Public, Handler: r.Handler})
	}
	return list
}
