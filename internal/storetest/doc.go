// Package storetest is the suite that every implementation of kyc.Store must
// pass. It is the contract of the interfaces in kyc, as a program: what their
// comments promise is checked here, and what is not checked here is not
// promised.
package storetest
