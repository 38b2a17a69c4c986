import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;
import java.util.logging.LogManager;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/**
 * Answers with what veraPDF thinks of files, one line for each line it is given: « 3a /path/to/file.pdf » in, and out
 * a line of JSON, {"failed": {"7.1-9": "why, and where"}}, empty when the file conforms, or {"error": "…"}.
 *
 * <p>One process for a whole suite: the virtual machine takes seconds to start and to warm up.
 */
public final class VeraCheck {
    public static void main(String[] arguments) throws IOException {
        LogManager.getLogManager().reset();
        VeraGreenfieldFoundryProvider.initialise();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] asked = line.split(" ", 2);
            System.out.println(answer(PDFAFlavour.fromString(asked[0]), new File(asked[1])));
        }
    }

    private static String answer(PDFAFlavour flavour, File file) {
        try (PDFAParser parser = Foundries.defaultInstance().createParser(file, flavour);
                PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
            return "{\"failed\": " + failed(validator.validate(parser)) + "}";
        } catch (Exception problem) {
            return "{\"error\": " + quoted(problem.toString()) + "}";
        }
    }

    /** The first failure of each rule, by the clause of the standard and the number of the test. */
    private static String failed(ValidationResult result) {
        TreeMap<String, String> first = new TreeMap<>();
        result.getFailedChecks().forEach((rule, times) -> first.put(name(rule.getClause(), rule.getTestNumber()), ""));
        for (TestAssertion test : result.getTestAssertions()) {
            if (test.getStatus() == TestAssertion.Status.FAILED) {
                String why = test.getMessage() + " (" + test.getLocation().getContext() + ")";
                first.merge(name(test.getRuleId().getClause(), test.getRuleId().getTestNumber()), why,
                        (known, other) -> known.isEmpty() ? other : known);
            }
        }
        if (first.isEmpty() && !result.isCompliant()) {
            first.put("?", "not compliant, and no rule says why");
        }
        StringBuilder json = new StringBuilder("{");
        first.forEach((rule, why) -> json.append(json.length() == 1 ? "" : ", ")
                .append(quoted(rule)).append(": ").append(quoted(why)));
        return json.append("}").toString();
    }

    private static String name(String clause, int test) {
        return clause + "-" + test;
    }

    private static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (char each : text.toCharArray()) {
            boolean plain = each >= ' ' && each < 127 && each != '"' && each != '\\';
            json.append(plain ? String.valueOf(each) : String.format("\\u%04x", (int) each));
        }
        return json.append('"').toString();
    }
}
