// Package check holds the files of deploy/ to what those who read them accept,
// as far as that can be done without an engine for containers or a cluster:
// manifests by the types of Kubernetes, the compose file by its own loader,
// alert rules and the dashboard's queries by Prometheus, the unit by systemd.
//
// It is a module of its own: nothing of it is in the program.
package check
