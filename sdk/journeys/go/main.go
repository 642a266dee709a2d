// A shopper's way through the shop with the generated Go client: go run . http://localhost:8787
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"

	"example.com/journey/shop"
	"github.com/google/uuid"
	"github.com/oapi-codegen/runtime/types"
)

func main() {
	log.SetFlags(0)
	if err := journey(context.Background(), os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func journey(ctx context.Context, baseURL string) error {
	anyone, err := shop.NewClientWithResponses(baseURL)
	if err != nil {
		return err
	}
	limit, inStock := 2, shop.ListProductsParamsInStockTrue
	products, err := anyone.ListProductsWithResponse(ctx, &shop.ListProductsParams{Limit: &limit, InStock: &inStock})
	if err != nil {
		return err
	}
	if products.JSON200 == nil {
		return refusal(products.Body)
	}
	first, second := products.JSON200.Data[0], products.JSON200.Data[1]

	registered, err := anyone.RegisterWithResponse(ctx, shop.Registration{
		Email:     types.Email("go-" + uuid.NewString() + "@example.com"),
		Password:  "secret " + uuid.NewString(),
		FirstName: "Ada",
		LastName:  "Lovelace",
	})
	if err != nil {
		return err
	}
	if registered.JSON201 == nil {
		return refusal(registered.Body)
	}
	shopper, err := shop.NewClientWithResponses(baseURL, withToken(registered.JSON201.AccessToken))
	if err != nil {
		return err
	}

	address, err := shopper.CreateAddressWithResponse(ctx, shop.AddressInput{
		AddressType:  shop.AddressTypeSHIPPING,
		FullName:     "Ada Lovelace",
		PhoneNumber:  "+14155550123",
		AddressLine1: "1 Market Street",
		City:         "San Francisco",
		State:        "CA",
		PostalCode:   "94105",
		Country:      "US",
	})
	if err != nil {
		return err
	}
	if address.JSON201 == nil {
		return refusal(address.Body)
	}

	for _, item := range []shop.NewCartItem{{ProductId: first.Id, Quantity: 1}, {ProductId: second.Id, Quantity: 1}} {
		cart, err := shopper.AddCartItemWithResponse(ctx, item)
		if err != nil {
			return err
		}
		if cart.JSON200 == nil {
			return refusal(cart.Body)
		}
	}

	order, err := placeOrder(ctx, shopper, uuid.NewString(), address.JSON201.Id)
	if err != nil {
		return err
	}

	paid, err := pay(ctx, shopper, order)
	if err != nil {
		return err
	}
	if paid.JSON201 == nil {
		return refusal(paid.Body)
	}
	if paid.JSON201.Status != shop.TransactionStatusSUCCESS || paid.JSON201.Amount != order.TotalAmount {
		return fmt.Errorf("not paid: %s", paid.Body)
	}
	// Paying a second time is refused, by a problem that a program can tell from others.
	again, err := pay(ctx, shopper, order)
	if err != nil {
		return err
	}
	if again.ApplicationproblemJSON409 == nil || again.ApplicationproblemJSON409.Code != "order_already_paid" {
		return fmt.Errorf("paid twice: %s", again.Body)
	}

	confirmed, err := shopper.GetOrderWithResponse(ctx, order.Id)
	if err != nil {
		return err
	}
	if confirmed.JSON200 == nil {
		return refusal(confirmed.Body)
	}
	if confirmed.JSON200.Status != shop.OrderStatusCONFIRMED {
		return fmt.Errorf("not confirmed: %s", confirmed.Body)
	}
	fmt.Println(order.OrderNumber, confirmed.JSON200.Status, confirmed.JSON200.TotalAmount, order.Currency)
	return nil
}

// placeOrder sends its request twice, as after an answer that got lost. One key for one intention: the repetition is
// answered with the same order.
func placeOrder(
	ctx context.Context, shopper *shop.ClientWithResponses, key string, address types.UUID,
) (*shop.Order, error) {
	checkout := shop.CheckoutInput{ShippingAddressId: address, BillingAddressId: address}
	var orders [2]*shop.Order
	for attempt := range orders {
		placed, err := shopper.CreateOrderWithResponse(ctx, &shop.CreateOrderParams{IdempotencyKey: key}, checkout)
		if err != nil {
			return nil, err
		}
		if placed.JSON201 == nil {
			return nil, refusal(placed.Body)
		}
		orders[attempt] = placed.JSON201
	}
	if orders[0].Id != orders[1].Id || orders[0].Status != shop.OrderStatusPENDING {
		return nil, fmt.Errorf("ordered twice: %s, %s", orders[0].Id, orders[1].Id)
	}
	return orders[0], nil
}

func pay(
	ctx context.Context, shopper *shop.ClientWithResponses, order *shop.Order,
) (*shop.CreatePaymentResponse, error) {
	token := "tok_success"
	return shopper.CreatePaymentWithResponse(ctx,
		&shop.CreatePaymentParams{IdempotencyKey: uuid.NewString()},
		shop.PaymentInput{
			OrderId:           order.Id,
			PaymentMethodCode: shop.PaymentMethodCodeCREDITCARD,
			PaymentToken:      &token,
		})
}

func withToken(token string) shop.ClientOption {
	return shop.WithRequestEditorFn(func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+token)
		return nil
	})
}

// refusal is the problem document (RFC 9457) that the shop answered with, as an error.
func refusal(body []byte) error {
	var problem shop.Problem
	if err := json.Unmarshal(body, &problem); err != nil {
		return fmt.Errorf("an answer of another kind: %s", body)
	}
	return fmt.Errorf("%d %s: %s (request %s)", problem.Status, problem.Code, problem.Detail, problem.RequestId)
}
