import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Sends requests with `java.net.http.HttpClient`, one after another. */
class Sender {
    public static void main(String[] arguments) throws InterruptedException {
        var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        int count = Integer.parseInt(arguments[0]);
        for (int target = 1; target < arguments.length; target += 1) {
            var words = arguments[target].split(" ");
            var body = "x".repeat(Integer.parseInt(words[2])).getBytes();
            int arrived = 0;
            var failure = "";
            for (int number = 0; number < count; number += 1) {
                boolean isSigned = number % 2 == 1;
                var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + words[1] + "/webhook"))
                    .timeout(Duration.ofSeconds(60))
                    .POST(BodyPublishers.ofByteArray(body));
                if (isSigned) {
                    request.header("X-Webhook-Signature", "0".repeat(64));
                }
                try {
                    var answer = client.send(request.build(), BodyHandlers.ofString());
                    if (answer.statusCode() == (isSigned ? 413 : 401)) {
                        arrived += 1;
                    } else if (failure.isEmpty()) {
                        failure = answer.statusCode() + " " + answer.body();
                    }
                } catch (IOException error) {
                    failure = failure.isEmpty() ? error.toString() : failure;
                }
            }
            System.out.println(words[0] + " " + words[2] + " " + arrived + " " + failure);
        }
    }
}
