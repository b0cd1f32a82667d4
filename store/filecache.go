package store

import (
	"os"
	"sync"
)

// fileCache keeps a few segment files open for reading.
type fileCache struct {
	mu    sync.Mutex
	max   int
	files map[string]*sharedFile
}

// sharedFile is closed when it has left the cache and nobody reads it.
type sharedFile struct {
	*os.File
	cache *fileCache
	users int
	gone  bool
}

func newFileCache(max int) *fileCache {
	return &fileCache{max: max, files: map[string]*sharedFile{}}
}

func (c *fileCache) get(path string) (*sharedFile, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f, ok := c.files[path]; ok {
		f.users++
		return f, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	for other := range c.files {
		if len(c.files) < c.max {
			break
		}
		c.forget(other)
	}
	shared := &sharedFile{File: f, cache: c, users: 1}
	c.files[path] = shared
	return shared, nil
}

func (f *sharedFile) release() {
	f.cache.mu.Lock()
	defer f.cache.mu.Unlock()
	if f.users--; f.users == 0 && f.gone {
		f.Close()
	}
}

func (c *fileCache) drop(path string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forget(path)
}

// forget takes a file out of the cache; the caller holds the lock.
func (c *fileCache) forget(path string) {
	f, ok := c.files[path]
	if !ok {
		return
	}
	delete(c.files, path)
	f.gone = true
	if f.users == 0 {
		f.Close()
	}
}

func (c *fileCache) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for path := range c.files {
		c.forget(path)
	}
}
