// Package house is the only place that knows everybody: it opens the store,
// builds the rooms, lists who hears what, and opens the doors.
//
// Where to start: house.go (building), doors.go (opening), config.go (the
// settings).
package house
