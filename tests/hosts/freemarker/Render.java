import freemarker.template.Configuration;
import freemarker.template.Template;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Renders each directory's template.ftl into out.json, with the files of ctx/ as the texts of the hash ctx. */
public class Render {
    public static void main(String[] arguments) throws Exception {
        Configuration settings = new Configuration(Configuration.VERSION_2_3_30);
        settings.setTemplateExceptionHandler(freemarker.template.TemplateExceptionHandler.RETHROW_HANDLER);
        settings.setLogTemplateExceptions(false);
        for (Path place : listed(Path.of(arguments[0]))) {
            Map<String, String> properties = new HashMap<>();
            for (Path file : listed(place.resolve("ctx"))) {
                properties.put(file.getFileName().toString(), Files.readString(file));
            }
            StringWriter out = new StringWriter();
            try {
                new Template("one", Files.readString(place.resolve("template.ftl")), settings)
                        .process(Map.of("ctx", properties), out);
                Files.writeString(place.resolve("out.json"), out.toString());
            } catch (freemarker.template.TemplateException refused) {
                Files.writeString(place.resolve("refused.txt"), refused.getMessageWithoutStackTop());
            }
        }
    }

    private static List<Path> listed(Path directory) throws Exception {
        try (Stream<Path> found = Files.list(directory)) {
            return found.sorted().collect(Collectors.toList());
        }
    }
}
