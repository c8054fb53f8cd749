import com.scalekit.ScalekitClient;
import com.scalekit.exceptions.TokenInvalidException;
import java.util.Map;

/**
 * Creates, validates, lists and ends a key of an organization. Its argument is the organization's id. Needs Scalekit's SDK for
 * Java. No test of this project runs it.
 */
public class Keys {
  public static void main(String[] args) {
    var tokens =
        new ScalekitClient(
                System.getenv("SCALEKIT_ENVIRONMENT_URL"),
                System.getenv("SCALEKIT_CLIENT_ID"),
                System.getenv("SCALEKIT_CLIENT_SECRET"))
            .tokens();
    var organizationId = args[0];

    var created = tokens.create(organizationId, null, Map.of("scope", "notes:read"), null, "CI pipeline");
    System.out.println("created " + created.getTokenId()); // created.getToken() is the key itself. It is shown only now.

    var info = tokens.validate(created.getToken()).getTokenInfo();
    System.out.println("valid for " + info.getOrganizationId() + " with scope " + info.getCustomClaimsMap().get("scope"));

    var listed = tokens.list(organizationId, 30, null);
    System.out.println("listed " + listed.getTokensCount() + " keys");

    tokens.invalidate(created.getTokenId());
    try {
      tokens.validate(created.getToken());
      System.out.println("still accepted");
    } catch (TokenInvalidException refused) {
      System.out.println("refused after its end");
    }
  }
}
