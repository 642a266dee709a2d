import com.example.shop.ApiClient;
import com.example.shop.ApiException;
import com.example.shop.api.AddressesApi;
import com.example.shop.api.AuthApi;
import com.example.shop.api.CartApi;
import com.example.shop.api.CatalogueApi;
import com.example.shop.api.OrdersApi;
import com.example.shop.api.PaymentsApi;
import com.example.shop.model.AddressInput;
import com.example.shop.model.AddressType;
import com.example.shop.model.CheckoutInput;
import com.example.shop.model.NewCartItem;
import com.example.shop.model.OrderStatus;
import com.example.shop.model.PaymentInput;
import com.example.shop.model.PaymentMethodCode;
import com.example.shop.model.Problem;
import com.example.shop.model.Registration;
import com.example.shop.model.TransactionStatus;
import java.util.UUID;

/** A shopper's way through the shop with the generated Java client. */
public class Journey {
  public static void main(String[] arguments) throws Exception {
    try {
      buy(arguments[0]);
    } catch (ApiException refusal) {
      var problem = problemOf(refusal);
      System.err.printf("%d %s: %s (request %s)%n",
          problem.getStatus(), problem.getCode(), problem.getDetail(), problem.getRequestId());
      System.exit(1);
    }
  }

  static void buy(String baseUrl) throws Exception {
    var anyone = new ApiClient();
    anyone.updateBaseUri(baseUrl);
    var inStock = CatalogueApi.APIListProductsRequest.newBuilder().inStock("true").limit(2).build();
    var products = new CatalogueApi(anyone).listProducts(inStock).getData();

    var session = new AuthApi(anyone).register(new Registration()
        .email("java-" + UUID.randomUUID() + "@example.com")
        .password("secret " + UUID.randomUUID())
        .firstName("Ada")
        .lastName("Lovelace"));
    var shopper = new ApiClient();
    shopper.updateBaseUri(baseUrl);
    shopper.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + session.getAccessToken()));

    var address = new AddressesApi(shopper).createAddress(new AddressInput()
        .addressType(AddressType.SHIPPING)
        .fullName("Ada Lovelace")
        .phoneNumber("+14155550123")
        .addressLine1("1 Market Street")
        .city("San Francisco")
        .state("CA")
        .postalCode("94105")
        .country("US"));

    var carts = new CartApi(shopper);
    carts.addCartItem(new NewCartItem().productId(products.get(0).getId()).quantity(1));
    var cart = carts.addCartItem(new NewCartItem().productId(products.get(1).getId()).quantity(1));
    expect(cart.getItems().size() == 2, cart);

    // One key for one intention: a repetition with it is answered with the same order.
    var orders = new OrdersApi(shopper);
    var key = newKey();
    var checkout = new CheckoutInput().shippingAddressId(address.getId()).billingAddressId(address.getId());
    var order = orders.createOrder(key, checkout);
    var again = orders.createOrder(key, checkout);
    expect(again.getId().equals(order.getId()) && order.getStatus() == OrderStatus.PENDING, again);

    var payments = new PaymentsApi(shopper);
    var payment = new PaymentInput()
        .orderId(order.getId())
        .paymentMethodCode(PaymentMethodCode.CREDIT_CARD)
        .paymentToken("tok_success");
    var transaction = payments.createPayment(newKey(), payment);
    expect(transaction.getStatus() == TransactionStatus.SUCCESS, transaction);
    expect(transaction.getAmount().equals(order.getTotalAmount()), transaction);

    // Paying a second time is refused, by a problem that a program can tell from others.
    try {
      expect(false, payments.createPayment(newKey(), payment));
    } catch (ApiException refusal) {
      expect(problemOf(refusal).getCode().equals("order_already_paid"), refusal);
    }

    var paid = orders.getOrder(order.getId());
    expect(paid.getStatus() == OrderStatus.CONFIRMED, paid);
    System.out.printf("%s %s %s %s%n",
        paid.getOrderNumber(), paid.getStatus(), paid.getTotalAmount(), paid.getCurrency());
  }

  static String newKey() {
    return UUID.randomUUID().toString();
  }

  /** The problem document (RFC 9457) that the shop answered with. */
  static Problem problemOf(ApiException refusal) throws Exception {
    return ApiClient.createDefaultObjectMapper().readValue(refusal.getResponseBody(), Problem.class);
  }

  static void expect(boolean holds, Object found) {
    if (!holds) throw new AssertionError(found);
  }
}
