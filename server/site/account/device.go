package account

import (
	"encoding/json"
	"net/http"
	"time"

	"probity/server/site"
	"probity/tender/sign"
)

// device is a key with which the person signs.
type device struct {
	ID      string     `json:"id"`
	Label   string     `json:"label"`
	Key     sign.Key   `json:"key"`
	Added   time.Time  `json:"added"`
	Revoked *time.Time `json:"revoked"`
}

// Kind is where the key lies, for the words.
func (d device) Kind() string {
	if d.Key.Alg == sign.Ed25519 {
		return "stored"
	}
	return "passkey"
}

// devicesView lists keys, with the form for a new one. The key is made by the
// script of the page and stays on the device.
type devicesView struct {
	Wrong   *site.Wrong
	Label   string
	InUse   []device
	Revoked []device
	Words   map[string]string // for the script
}

var devicesPage = site.PageOf[devicesView](name, "devices")

func showDevices(v *site.Visit) error { return devices(v, nil, "") }

func devices(v *site.Visit, wrong *site.Wrong, label string) error {
	var list site.List[device]
	if err := v.Get(&list, "/api/v1/devices"); err != nil {
		return err
	}
	view := devicesView{Wrong: wrong, Label: label, Words: map[string]string{}}
	for _, d := range list.Items {
		if d.Revoked == nil {
			view.InUse = append(view.InUse, d)
		} else {
			view.Revoked = append(view.Revoked, d)
		}
	}
	for _, k := range []string{"device.making", "device.made", "device.label", "device.kind", "device.passkey", "device.refused", "error.other"} {
		view.Words[k] = v.T("account.script." + k)
	}
	return devicesPage.Show(v, wrong.Status(), view)
}

type deviceForm struct {
	Label string `form:"label"`
	Key   string `form:"key"`
	Proof string `form:"proof"`
}

// addDevice registers a key that the page has made. A form without one comes
// from a browser that runs no scripts, and is told what to do.
func addDevice(v *site.Visit) error {
	var in deviceForm
	if err := v.Form(&in); err != nil {
		return err
	}
	if !json.Valid([]byte(in.Key)) || !json.Valid([]byte(in.Proof)) {
		p := &site.Problem{}
		p.Status, p.Code, p.Detail = http.StatusUnprocessableEntity, "device.script", v.T("account.device.script")
		return devices(v, &site.Wrong{Problem: p}, in.Label)
	}
	err := v.Post(map[string]any{"label": in.Label, "key": json.RawMessage(in.Key), "proof": json.RawMessage(in.Proof)}, nil, "/api/v1/devices")
	if err != nil {
		w, err := v.Again(err)
		if err != nil {
			return err
		}
		return devices(v, w, in.Label)
	}
	return v.SeeOther("account.done.device", "/account/devices")
}

func revokeDevice(v *site.Visit) error {
	if err := v.Delete("/api/v1/devices/%s", v.Path("id")); err != nil {
		return err
	}
	return v.SeeOther("account.done.device_revoked", "/account/devices")
}
