using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Finds the passwords that a site file names; none is in the file itself.</summary>
internal sealed class PasswordReader(Func<string, Secret?> environment, Func<string, Secret?> secrets)
{
    private static readonly string[] Names = ["secret"];

    /// <summary>The password of a connection; none after a finding, or where the connection names none.</summary>
    public Secret Read(ReadContext context, ObjectReader connection)
    {
        JsonNode? variable = connection.Find("passwordEnv");
        JsonNode? kept = connection.Find("password");
        if (kept is not null && kept.Kind != JsonKind.Object)
        {
            context.Findings.AtName(Codes.LiteralPassword, kept, "a password does not belong in the site file", "keep it with 'automation secret set NAME' and write \"password\": { \"secret\": \"NAME\" }, or put it into an environment variable and write \"passwordEnv\": its name");
            return Secret.None;
        }

        if (kept is not null && variable is not null) context.Findings.AtName(Codes.ConnectionContradicts, variable, "the connection names its password twice", "keep one of \"password\" and \"passwordEnv\"");
        if (kept is not null) return FromStore(context, kept);
        return variable is null ? Secret.None : FromEnvironment(context, variable);
    }

    private Secret FromStore(ReadContext context, JsonNode node)
    {
        if (!ObjectReader.TryOpen(context, node, "'password'", Names, out ObjectReader reader)) return Secret.None;
        if (reader.Require("secret", "'password'") is not { } nameNode || Values.Text(context, nameNode, "secret", SecretNames.MaxLength) is not { } name) return Secret.None;
        if (!SecretNames.IsName(name))
        {
            // The text is not repeated: it may be the password itself.
            context.Error(Codes.VariableName, nameNode, "'secret' is not the name of a secret", "write a name of letters, digits, dots, dashes and underscores, such as \"store-panel\"; never the password");
            return Secret.None;
        }

        if (secrets(name) is { IsEmpty: false } password) return password;
        context.Findings.At(Codes.SecretUnknown, nameNode, $"no secret '{name}' is kept, so the device will refuse us", $"run 'automation secret set {name}'", FindingSeverity.Warning);
        return Secret.None;
    }

    private Secret FromEnvironment(ReadContext context, JsonNode node)
    {
        if (Values.Text(context, node, "passwordEnv", 128) is not { } variable) return Secret.None;
        if (variable.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '_') || char.IsAsciiDigit(variable[0]))
        {
            // The text is not repeated: it may be the password itself.
            context.Error(Codes.VariableName, node, "'passwordEnv' is not the name of an environment variable", "write a name of letters, digits and underscores, such as \"STORE_PANEL_PASSWORD\"; never the password");
            return Secret.None;
        }

        if (environment(variable) is { IsEmpty: false } password) return password;
        context.Findings.At(Codes.VariableNotSet, node, $"the environment variable {variable} is not set, so the device will refuse us", $"set {variable} before starting", FindingSeverity.Warning);
        return Secret.None;
    }
}
