using Automation.Host.Storage;
using Automation.TestKit;

namespace Automation.Host.Tests.Storage;

public sealed class DataFolderLockTests
{
    [Fact, Trait("Req", "ACT-10")]
    public void Take_FolderHeldByAnother_SaysWhoAndWhatToDo()
    {
        using var folder = new TempFolder();
        using (DataFolderLock.Take(folder.File("made/on/the/way")))
        {
            DataFolderInUseException e = Assert.Throws<DataFolderInUseException>(() => DataFolderLock.Take(folder.File("made/on/the/way")));
            Assert.Contains($"in use by process {Environment.ProcessId}", e.Message, StringComparison.Ordinal);
            Assert.Contains("--data", e.Message, StringComparison.Ordinal);
        }

        DataFolderLock.Take(folder.File("made/on/the/way")).Dispose();
    }

    [Fact]
    public void Take_APathThatIsAFile_IsOneMessage()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("data"), "x");
        StorageException e = Assert.Throws<StorageException>(() => DataFolderLock.Take(folder.File("data")));
        Assert.Contains("cannot be written", e.Message, StringComparison.Ordinal);
    }
}
