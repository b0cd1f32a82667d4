// Package workday counts working days: Monday to Friday, without the days that
// an office is closed and with the weekend days on which it makes them up.
//
// The days are data: a file for each country in days/, one line a day, which
// whoever runs the server replaces by one of their own. What a country has not
// published yet is not in it.
package workday
