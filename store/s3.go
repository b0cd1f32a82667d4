package store

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"

	"chancery/kit/errs"
	"chancery/kit/id"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// S3Options name an S3-compatible object store.
type S3Options struct {
	Endpoint  string // host:port
	Bucket    string
	Prefix    string // before every object name
	AccessKey string
	SecretKey string
	Region    string
	Insecure  bool // plain HTTP, for a store on the same machine
}

// s3Depot keeps records in an object store: one object for the records of a
// group, one for each large record.
type s3Depot struct {
	opt    S3Options
	client *minio.Client
}

func openS3Depot(ctx context.Context, opt S3Options) (*s3Depot, error) {
	client, err := minio.New(opt.Endpoint, &minio.Options{
		Creds:  credentials.NewStaticV4(opt.AccessKey, opt.SecretKey, ""),
		Secure: !opt.Insecure,
		Region: opt.Region,
	})
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "the S3 settings cannot be used")
	}
	ok, err := client.BucketExists(ctx, opt.Bucket)
	if err != nil {
		return nil, errs.Wrap(errs.Unavailable, err, "the object store at %s does not answer", opt.Endpoint)
	}
	if !ok {
		return nil, errs.E(errs.Invalid, "the bucket %q does not exist at %s", opt.Bucket, opt.Endpoint)
	}
	return &s3Depot{opt: opt, client: client}, nil
}

func (d *s3Depot) key(file string) string { return d.opt.Prefix + file }

// away gives every trouble with the object store the kind that makes the
// doors answer with a temporary error.
func away(err error) error {
	return errs.Wrap(errs.Unavailable, err, "The object store is not available at the moment. Nothing was changed; please try again later.")
}

func (d *s3Depot) append(ctx context.Context, recs [][]byte) (string, []int64, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	pos := make([]int64, len(recs))
	var buf bytes.Buffer
	for i, rec := range recs {
		pos[i] = int64(buf.Len())
		buf.Write(rec)
	}
	file := "seg/" + id.Text('s', id.New())
	_, err := d.client.PutObject(ctx, d.opt.Bucket, d.key(file), &buf, int64(buf.Len()), minio.PutObjectOptions{})
	return file, pos, away(err)
}

// active is always false: an object is whole once it is there.
func (d *s3Depot) active(string) bool { return false }

func (d *s3Depot) create(ctx context.Context) (depotFile, error) {
	r, w := io.Pipe()
	f := &s3File{file: "big/" + id.Text('b', id.New()), w: w, done: make(chan error, 1)}
	ctx, f.cancel = context.WithCancel(context.WithoutCancel(ctx))
	go func() {
		// Every package of a record is authenticated, so the transfer needs
		// only the cheap checksum.
		_, err := d.client.PutObject(ctx, d.opt.Bucket, d.key(f.file), r, -1, minio.PutObjectOptions{PartSize: 5 << 20, NumThreads: 1, SendContentMd5: true, DisableContentSha256: true})
		r.CloseWithError(err)
		f.done <- err
	}()
	f.remove = func() { d.remove(context.Background(), f.file) }
	return f, nil
}

func (d *s3Depot) read(ctx context.Context, file string, p []byte, pos int64) error {
	opt := minio.GetObjectOptions{}
	if err := opt.SetRange(pos, pos+int64(len(p))-1); err != nil {
		return err
	}
	obj, err := d.client.GetObject(ctx, d.opt.Bucket, d.key(file), opt)
	if err != nil {
		return away(err)
	}
	defer obj.Close()
	_, err = io.ReadFull(obj, p)
	return away(err)
}

func (d *s3Depot) open(ctx context.Context, file string) (depotReader, error) {
	obj, err := d.client.GetObject(ctx, d.opt.Bucket, d.key(file), minio.GetObjectOptions{})
	if err != nil {
		return nil, away(err)
	}
	return obj, nil
}

func (d *s3Depot) remove(ctx context.Context, file string) error {
	return away(d.client.RemoveObject(ctx, d.opt.Bucket, d.key(file), minio.RemoveObjectOptions{}))
}

func (d *s3Depot) list(ctx context.Context, each func(string, int64) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for obj := range d.client.ListObjects(ctx, d.opt.Bucket, minio.ListObjectsOptions{Prefix: d.opt.Prefix, Recursive: true}) {
		if obj.Err != nil {
			return away(obj.Err)
		}
		if err := each(obj.Key[len(d.opt.Prefix):], obj.Size); err != nil {
			return err
		}
	}
	return nil
}

func (d *s3Depot) close() {}

// s3File is one large record on its way to the object store.
type s3File struct {
	file   string
	w      *io.PipeWriter
	n      int64
	done   chan error
	cancel context.CancelFunc
	remove func()
}

func (f *s3File) Write(p []byte) (int, error) {
	n, err := f.w.Write(p)
	f.n += int64(n)
	return n, err
}

func (f *s3File) name() string { return f.file }
func (f *s3File) size() int64  { return f.n }

func (f *s3File) commit() error {
	f.w.Close()
	err := <-f.done
	f.cancel()
	return away(err)
}

func (f *s3File) abort() {
	f.w.CloseWithError(errors.New("given up"))
	f.cancel()
	f.remove()
}
