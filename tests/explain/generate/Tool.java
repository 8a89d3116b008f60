import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** The spellings of Jackson and Gson, and Java's way from bytes to text. */
public class Tool {
    public static void main(String[] arguments) throws Exception {
        byte[] in = System.in.readAllBytes();
        String text = new String(in, StandardCharsets.UTF_8);
        ObjectMapper jackson = new ObjectMapper();
        String out;
        switch (arguments[0]) {
            case "jackson": out = jackson.writeValueAsString(jackson.readTree(text)); break;
            case "jackson-pretty": out = jackson.writerWithDefaultPrettyPrinter().writeValueAsString(jackson.readTree(text)); break;
            case "jackson-ascii":
                jackson.configure(JsonGenerator.Feature.ESCAPE_NON_ASCII, true);
                out = jackson.writeValueAsString(jackson.readTree(text));
                break;
            case "jackson-sorted":
                jackson.configure(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS, true);
                out = jackson.writeValueAsString(jackson.readValue(text, java.util.Map.class));
                break;
            case "gson": out = new GsonBuilder().serializeNulls().create().toJson(JsonParser.parseString(text)); break;
            case "gson-pretty": out = new GsonBuilder().serializeNulls().setPrettyPrinting().create().toJson(JsonParser.parseString(text)); break;
            case "gson-nulls": out = new Gson().toJson(JsonParser.parseString(text)); break;
            case "latin1": out = new String(in, StandardCharsets.ISO_8859_1); break;
            case "windows-1252": out = new String(in, Charset.forName("windows-1252")); break;
            case "ascii": out = new String(in, StandardCharsets.US_ASCII); break;
            default: throw new IllegalArgumentException(arguments[0]);
        }
        System.out.write(out.getBytes(StandardCharsets.UTF_8));
        System.out.flush();
    }
}
