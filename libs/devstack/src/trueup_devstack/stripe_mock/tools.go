//go:build tools

// Pins Stripe's own mock server: go.sum holds the hash of every module that it is built from.
package tools

import _ "github.com/stripe/stripe-mock"
