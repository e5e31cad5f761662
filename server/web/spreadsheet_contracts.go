package web

import (
	"probity/server/spreadsheet"
	"probity/tender/contract"
)

func (x tables) eachContract(f func(*contract.Contract) error) error {
	for after := ""; ; {
		list, next, err := x.Contracts.List(x.ctx, x.t.ID, x.by, after, 100)
		if err != nil {
			return err
		}
		for _, c := range list {
			if err := f(c); err != nil {
				return err
			}
		}
		if next == "" {
			return nil
		}
		after = next
	}
}

func (x tables) contracts() spreadsheet.Sheet {
	head := []string{"Contract", "Lot", "Number", "Supplier", "State", "Currency", "Price", "Value after changes", "Changes", "Sealed"}
	return spreadsheet.Sheet{Name: "Contracts", Head: head, Rows: func(put func(...any) error) error {
		return x.eachContract(func(c *contract.Contract) error {
			var sealed any
			if c.Sealed != nil {
				sealed = c.Sealed.At
			}
			return put(c.ID, c.Record.Lot, c.Record.Number, c.Supplier, string(c.State), string(c.Record.Price.Currency), c.Record.Price, c.Value, len(c.Changes), sealed)
		})
	}}
}

func (x tables) invoices() spreadsheet.Sheet {
	head := []string{"Contract", "Invoice", "Number", "Milestone", "Date", "Due", "Currency", "Amount", "By"}
	return spreadsheet.Sheet{Name: "Invoices", Head: head, Rows: func(put func(...any) error) error {
		return x.eachContract(func(c *contract.Contract) error {
			for _, i := range c.Invoices {
				if err := put(c.ID, i.ID, i.Number, i.Milestone, i.Date.String(), i.Due.String(), string(i.Amount.Currency), i.Amount, i.By.Name); err != nil {
					return err
				}
			}
			return nil
		})
	}}
}

func (x tables) payments() spreadsheet.Sheet {
	head := []string{"Contract", "Payment", "Invoice", "Date", "Currency", "Amount", "Reference", "By"}
	return spreadsheet.Sheet{Name: "Payments", Head: head, Rows: func(put func(...any) error) error {
		return x.eachContract(func(c *contract.Contract) error {
			for _, p := range c.Payments {
				if err := put(c.ID, p.ID, p.Invoice, p.Date.String(), string(p.Amount.Currency), p.Amount, p.Reference, p.By.Name); err != nil {
					return err
				}
			}
			return nil
		})
	}}
}
